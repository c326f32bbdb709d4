#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets: corpus/TARGET/seed_* and the word lists.

Run by hand (python3 tests/fuzz/make_seeds.py) after the tables have changed; the
result is in the tree. What it made before is replaced, found_* is left alone.
Certificates have new keys each time, and nobody keeps these.
"""

import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
SAMPLES = TOP / 'tests/message/samples'
CHALLENGE = '<Challenge><ChallengeId>0123456789</ChallengeId></Challenge>'


def put(target, name, data):
    folder = HERE / 'corpus' / target
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(data, str):
        data = data.encode()
    (folder / f'seed_{name}').write_bytes(data)


def clear():
    for old in HERE.glob('corpus/*/seed_*'):
        old.unlink()


def messages():
    """Short ones, and what the gate has to refuse; the samples are read where
    they lie."""
    head = '<?xml version="1.0" encoding="%s" standalone="no"?>\n'
    body = '<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult>' \
        '</MessageHeader><MessageBody>%s</MessageBody></XmlMsg>\n'
    name = '<ResultList><ResultOfQualificationConfirmation><Name>%s</Name>' \
        '</ResultOfQualificationConfirmation></ResultList>'
    rows = {
        'challenge': CHALLENGE,
        'empty': '',
        'bom': '\ufeff' + head % 'UTF-8' + body % '',
        'utf8': head % 'UTF-8' + body % (name % '見本　花子'),
        'kana': body % (name % 'ﾐﾎﾝ ﾊﾅｺ'),
        'escape': body % (name % '&lt;&amp;&#x3042;&#13;'),
        'cdata': body % (name % '<![CDATA[<x>]]>'),
        'comment': body % '<!-- x --><New a="b" c=\'d\'/>',
        'namespace': body % '<a:New xmlns:a="urn:x"><a:B>1</a:B></a:New>',
        'doctype': '<!DOCTYPE XmlMsg [<!ENTITY a "b">]>' + body % '&a;',
        'instruction': '<?xml-stylesheet href="x"?>' + body % '',
        'cut': (body % (name % '見本'))[:90],
        'twice': body % '' + body % '',
        'deep': '<New>' * 40 + '</New>' * 40,
        'attributes': '<XmlMsg ' + ' '.join(f'a{i}="{i}"' for i in range(20))
        + '/>',
    }
    rows = {k: v.encode() for k, v in rows.items()}
    sjis = (head % 'Shift_JIS' + body % (name % '見本～髙﨑①ﾐﾎﾝ')).encode('cp932')
    rows['sjis'] = sjis
    rows['sjis_half'] = sjis.replace('本'.encode('cp932'), b'\x81')
    rows['utf16'] = (head % 'UTF-16' + body % '').encode('utf-16')
    rows['wrong_utf8'] = (body % '\x00').encode().replace(b'\x00', b'\xc0\xaf')
    for key, data in rows.items():
        for target in 'gate', 'xml_answer', 'public_message':
            put(target, key, data)
    for path in sorted(SAMPLES.glob('*.xml'))[:30:6]:
        put('public_message', 'named_' + path.name[:2],
            b'#' + path.name[3:].encode() + b'\n' + path.read_bytes())


def json_answers():
    row = ('{"XmlMsg":{"MessageHeader":{"SegmentOfResult":"1"},"MessageBody":'
           '{"QualificationValidity":"1","ResultList":['
           '{"ResultOfQualificationConfirmation":{"Name":"%s"}},'
           '{"ResultOfQualificationConfirmation":{"InsurerNumber":"00138057"'
           '}}]}}}')
    rows = {
        'plain': row % '見本',
        'escapes': row % r'\u3042\ud842\udfb7\"\\\/\t',
        'controls': row % r'\u0000\u0001\ufffe\ud842\f',
        'null': '{"XmlMsg":{"MessageBody":{"X":null,"Y":[null,""]}}}',
        'numbers': '{"XmlMsg":{"MessageBody":{"X":1,"Y":-1.5e9,"Z":true}}}',
        'twice': '{"XmlMsg":{"X":"1","X":"2"}}',
        'deep': '{"XmlMsg":' + '{"X":' * 40 + '"1"' + '}' * 41,
        'arrays': '{"XmlMsg":{"X":[["1"]],"ResultList":[],"Y":[{"Z":"1"}]}}',
        'unit': '{"XmlMsg":{"MessageBody":{"BulkConfirmUnit":[{},{}]}}}',
        'bom': '\ufeff' + row % 'x',
        'cut': (row % 'x')[:120],
        'xml': '<XmlMsg/>',
        'names': '{"XmlMsg":{"a b":"1","\\u0058":"2","":"3","a/b":"4"}}',
    }
    for key, text in rows.items():
        put('json', key, text.encode())


def http():
    xml = 'Content-Type: application/xml; charset=UTF-8\r\n'
    ok = 'HTTP/1.1 200 OK\r\n'
    rows = {
        'length': ok + xml + 'Content-Length: 5\r\nOnshi-Answer: res\r\n'
                  'Onshi-Visit: aZ09-_\r\n\r\nhello',
        'chunked': ok + xml + 'Transfer-Encoding: chunked\r\n\r\n'
                   '5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n',
        'trailer': ok + 'Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n',
        'continue': 'HTTP/1.1 100 Continue\r\n\r\n' + ok
                    + 'Content-Length: 0\r\n\r\n',
        'retry': 'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nConnection: a, close'
                 '\r\nContent-Length: 0\r\n\r\n',
        'date': 'HTTP/1.1 503\r\nRetry-After: Sun, 09 Sep 2001 01:48:20 GMT'
                '\r\n\r\n',
        'encoded': ok + 'Content-Encoding: gzip\r\nOnshi-Answer: err\r\n\r\n',
        'both': ok + 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'
                '0\r\n\r\n',
        'folded': ok + 'A: b\r\n c\r\n\r\n',
        'bare_lf': ok + 'A: b\n\n',
        'huge_chunk': ok + 'Transfer-Encoding: chunked\r\n\r\n'
                      'ffffffffffffffff\r\nx',
        'old': 'HTTP/1.0 200 OK\r\n\r\n',
        'many': ok + ''.join(f'X-{i}: {i}\r\n' for i in range(20)) + '\r\n',
    }
    for key, text in rows.items():
        put('http_head', key, text)


def audit():
    def line(**change):
        fields = dict(v='1', n='41', t='2026-10-05T01:15:30.123000Z',
                      b='00c0ffee:98765', e='query.intent', o='ok', a='D0001',
                      l='doctor:two-factor', s='desk1', m='1319999996',
                      p='P%2312', k='drugs,care', u='care:consent', i='pin:12',
                      c='-', q='0123456789abcdef', w='-', r='OK', z='CO-2',
                      h='ab' * 32, g='01' * 32)
        fields['k'] = 'drugs%2Ccare'
        fields.update(change)
        return '\t'.join(f'{k}={v}' for k, v in fields.items()) + '\n'

    put('audit_line', 'plain', line())
    put('audit_line', 'none', line(a='-', l='-', m='-', q='-', p='-'))
    put('audit_line', 'bytes', line(r='%E8%A6%8B%0A%09%25', z='%01%FF'))
    put('audit_line', 'first', line(n='0', t='0001-01-01T00:00:00.000000Z'))
    put('audit_line', 'last', line(n=str(2**63 - 1), b=f'ffffffff:{2**63 - 1}',
                                   t='9999-12-31T23:59:59.999000Z'))
    put('audit_line', 'too_far', line(n=str(2**63)))
    put('audit_line', 'coded', line(a='%41'))
    for i, event in enumerate(('log.open', 'consent.given', 'query.outcome',
                               'clock.jump')):
        put('audit_line', f'event{i}', line(e=event, o='major'))


def config():
    text = '''[facility]
institution_code = 1319999996      ; ten digits
kind = pharmacy
desk = 1
hospital = no
[link]
type = https
base = https://onshi.example:8443
addresses = onshi.example:8443:127.0.0.1,::1
networks = 127.0.0.0/8, fd00::/8
tls_min = 1.3
deadline_ms = 30000
function.OQSmuquc01req = /path
[limits]
answer_bytes = 65536
[text]
lang = en
'''
    put('config', 'whole', text)
    put('config', 'bom', '\ufeff' + text.replace('\n', '\r\n'))
    put('config', 'unknown', '[facility]\nkindd = medical\n')
    put('config', 'twice', '[text]\nlang = en\nlang = ja\n')
    put('config', 'sections', '[text]\n[text]\n')
    put('config', 'no_section', 'lang = en\n')
    put('config', 'latin1', b'[facility]\ndesk = \xe9\n')
    put('config', 'nul', b'[facility]\ndesk = \0\n')
    put('config', 'pins', '[link]\npins = ' + 'A' * 43 + '=,' + 'B' * 42 + 'A=')
    for i, pair in enumerate((
            'link.base=https://a.example/x', 'link.base=http://a/',
            'link.networks=10.0.0.0/8', 'link.networks=10.0.0.1/8',
            'link.key_file=/x', 'facility.institution_code=1319999996',
            'limits.xml_depth=32', 'function.YZKsiquc01req=/a')):
        put('config', f'pair{i}', pair)


def text():
    for i, s in enumerate((
            '20261005', '20240229', '20230229', '202613', '20261005235959',
            '-9223372036854775808', '9223372036854775807', '00ffAb', 'QUJD',
            'QQ==', 'QR==', '127.0.0.1', '010.0.0.1', '::ffff:1.2.3.4',
            'fe80::1%lo', '10.0.0.0/8', '2001:db8::/32', '65535', '443',
            'onshi.example', 'a, b ,,c', 'InsuredCardSymbol', '見本　花子',
            'ﾐﾎﾝ', '～髙①', '\ue000', '\U0001f600')):
        put('text', f'{i:02}', s)
    put('text', 'overlong', b'\xc0\xaf')
    put('text', 'surrogate', b'\xed\xa0\x80')
    put('text', 'half', b'\xe3\x81')


def tlv():
    for i, s in enumerate(('3082058d', '30820068', '3003', '3081', '3080',
                           '3083ffffff', '30840000000100', '7f2103', '5f1f8107',
                           '1f8181', 'ffffff00', '')):
        put('tlv', f'{i:02}', bytes.fromhex(s))


def consent():
    """Fields in the order of fuzz_consent.c; times as base and offset."""
    bits, now, since, until = 0x15d, (2, 128), (2, 100), (2, 200)
    granted = bytes((2, *since, *until))
    for category in range(7):
        for facility, purpose in (0, 2), (2, 3):
            put('consent', f'c{category}f{facility}',
                bits.to_bytes(2, 'big') + bytes((category, 1, purpose, 2,
                facility, 1, 1, 1, 1)) + granted * 3 + bytes(now))
    good = bits.to_bytes(2, 'big') + bytes((4, 1, 2, 2, 0, 1, 1, 1, 1)) \
        + granted * 3 + bytes(now)
    for at in range(len(good)):
        for value in 0, 3, 0xff:
            if at % 3 == value % 3:
                put('consent', f'b{at:02}_{value:02x}',
                    good[:at] + bytes((value,)) + good[at + 1:])


def openssl(*args, stdin=b''):
    return subprocess.run(('openssl',) + args, input=stdin, check=True,
                          capture_output=True).stdout


def card(folder, name, key, serial='0x11223344556677', days='1826'):
    """A certificate in the form of a card's, and its authority, as PEM."""
    ca, cakey = folder / 'ca.pem', folder / 'ca.key'
    if not ca.exists():
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout',
                str(cakey), '-out', str(ca), '-days', '3650', '-subj',
                '/C=JP/O=Test/CN=Test JPKI', '-addext',
                'basicConstraints=critical,CA:TRUE', '-addext',
                'keyUsage=critical,keyCertSign,cRLSign')
    path = folder / name
    openssl('req', '-new', '-newkey', *key, '-nodes', '-keyout',
            f'{path}.key', '-out', f'{path}.csr', '-subj', '/C=JP/CN=TEST')
    (folder / 'ext').write_text('keyUsage=critical,digitalSignature\n'
                                'authorityKeyIdentifier=keyid\n'
                                'extendedKeyUsage=clientAuth\n')
    pem = openssl('x509', '-req', '-in', f'{path}.csr', '-CA', str(ca),
                  '-CAkey', str(cakey), '-set_serial', serial, '-days', days,
                  '-sha256', '-extfile', str(folder / 'ext'))
    return openssl('x509', '-outform', 'DER', stdin=pem), ca.read_bytes(), \
        f'{path}.key'


def certificates(folder):
    rsa = ('rsa:2048',)
    ec = ('ec', '-pkeyopt', 'ec_paramgen_curve:P-256')
    der, ca, key = card(folder, 'rsa', rsa)
    put('cert', 'rsa', der + ca)
    put('cert', 'filler', der + b'\xff' * 40)
    put('cert', 'cut', der[:600])
    put('cert', 'bad_signature', der[:-3] + b'\0\0\0' + ca)
    ecder, _, _ = card(folder, 'ec', ec)
    put('cert', 'ec', ecder + ca)
    put('cert', 'p521', card(folder, 'p521', (
        'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'))[0] + ca)
    put('cert', 'small', card(folder, 'small', ('rsa:1024',))[0] + ca)
    put('cert', 'serial0', card(folder, 'serial', ec, serial='0')[0] + ca)
    put('cert', 'long', card(folder, 'long', ec, days='9000')[0] + ca)
    put('cert', 'self', openssl('x509', '-outform', 'DER', stdin=ca) + ca)
    containers(folder)
    cards(der, openssl('dgst', '-sha256', '-sign', key, stdin=b'fuzz'))


def containers(folder):
    """A terminal's key and certificate; the passphrase stands before it."""
    cert, key = folder / 'terminal.pem', folder / 'terminal.key'
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-keyout', str(key), '-out',
            str(cert), '-days', '3650', '-subj', '/CN=9919999996', '-addext',
            'extendedKeyUsage=clientAuth')

    def seal(name, *args, passphrase='a'):
        der = openssl('pkcs12', '-export', '-in', str(cert), '-passout',
                      'pass:' + passphrase, '-iter', '2', *args)
        put('p12', name, passphrase.encode() + b'\n' + der)

    both = ('-inkey', str(key))
    seal('good', *both)
    seal('empty', *both, passphrase='')
    seal('des', *both, '-keypbe', 'PBE-SHA1-3DES', '-certpbe',
         'PBE-SHA1-3DES', '-macalg', 'sha1')
    seal('rc2', *both, '-legacy')
    seal('open', *both, '-certpbe', 'NONE')
    seal('no_key', '-nokeys')
    seal('no_mac', *both, '-nomac')


def cards(der, signature):
    """Conversations: options, then what the card answers, in order."""
    def play(name, options, *answers):
        data = bytes((options,))
        for a in answers:
            if isinstance(a, int):          # a failure of the reader
                data += (0xff00 | a).to_bytes(2, 'big')
            else:
                if isinstance(a, str):
                    a = bytes.fromhex(a)
                data += len(a).to_bytes(2, 'big') + a
        put('apdu', name, data)

    ok = b'\x90\x00'
    signed = signature + ok
    pin = ('63c3', ok)
    play('good', 0, ok, der + ok, *pin, signed, ok)
    play('filler', 3, ok, der + b'\xff' * 100 + ok, '63c3', *pin, signed, ok)
    blocks = [der[i:i + 256] + ok for i in range(0, len(der), 256)]
    play('blocks', 0, ok, '6700', *blocks, *pin, signed, ok)
    play('cut', 0, ok, der[:256] + ok, *blocks, *pin, signed, ok)
    parts = [b[:-2] + b'\x61\x00' for b in blocks[:-1]] + blocks[-1:]
    play('gathered', 0, ok, *parts, *pin, signed[:100] + b'\x61\x9c',
         signed[100:], ok)
    play('length', 0, ok, '6c80', der[:128] + ok, *pin, ok)
    play('long_way', 0, ok, '6a86', ok, der + ok, ok, *pin, ok, signed, ok)
    play('first_6f00', 0, '6f00', ok, der + ok, *pin, signed, ok)
    play('wrong_pin', 2, ok, der + ok, '63c3', '63c2', ok)
    play('last_try', 0, ok, der + ok, '63c1', ok)
    play('spend_last', 4, ok, der + ok, '63c1', '63c0', ok)
    play('blocked', 0, ok, der + ok, '6983', ok)
    play('pin_lost', 0, ok, der + ok, '63c3', 0)
    play('pin_reader', 0, ok, der + ok, '63c3', 1, ok)
    play('pin_timeout', 0, ok, der + ok, '63c3', 2, ok)
    play('bad_signature', 0, ok, der + ok, *pin, signature[::-1] + ok, ok)
    play('forgotten', 0, ok, der + ok, *pin, '6982', ok)
    play('residence', 1, '6a82', ok, ok)
    play('licence', 1, '6a82', '6a82', ok)
    play('other', 1, '6d00', '6d00', '6d00')
    label = b'JPKIAPGPSETOKEN'.ljust(32) + ok
    play('phone', 1, ok, '9000', label, ok)
    play('empty', 1, ok, b'\xff' * 300 + ok, b'JPKIAPICCTOKEN2'.ljust(32) + ok,
         ok)
    play('needs_pin', 1, ok, '6982', ok)
    play('endless', 0, ok, *['6101'] * 70)
    play('nothing', 0, b'')
    play('one_byte', 0, b'\x90')
    play('too_long', 0, b'\0' * 300)
    play('no_length', 0, ok, '3080' + '00' * 20 + '9000', ok)
    play('gone', 7)


def words():
    """Word lists for libFuzzer: what it would take long to guess."""
    def save(name, items):
        lines = []
        for item in items:
            lines.append('"' + ''.join(
                chr(b) if 0x20 <= b < 0x7f and b not in b'"\\' else f'\\x{b:02x}'
                for b in item.encode()) + '"\n')
        (HERE / name).write_text('# made by make_seeds.py\n' + ''.join(lines))

    names = set()
    for path in SAMPLES.glob('*.xml'):
        names |= set(re.findall(rb'<([A-Za-z0-9]+)', path.read_bytes()))
    tags = sorted(n.decode() for n in names)
    save('xml.dict', ['<?xml version="1.0"', ' encoding="UTF-8"',
                      ' encoding="Shift_JIS"', ' standalone="no"?>', '<![CDATA[',
                      ']]>', '<!--', '-->', '<!DOCTYPE', '<!ENTITY', '&amp;',
                      '&lt;', '&#13;', '&#x3042;', ' xmlns="', '/>', '</']
         + [f'<{t}>' for t in tags] + [f'</{t}>' for t in tags])
    save('http_head.dict', ['HTTP/1.1 200', 'HTTP/1.1 100', '\r\n', '\r\n\r\n',
                            'Content-Length: ', 'Transfer-Encoding: chunked',
                            'Content-Encoding: ', 'Content-Type: application/xml',
                            'Connection: close', 'Onshi-Answer: res',
                            'Onshi-Answer: err', 'Onshi-Visit: ',
                            'Retry-After: ', ' GMT', '0\r\n\r\n'])
    table = (TOP / 'lib/core/config_keys.def').read_text()
    keys = re.findall(r'"([a-z_]+\.[a-z_0-9]*)"', table)
    choices = re.findall(r'"([a-z0-9.-]+(?:\|[a-z0-9.-]+)+)"', table)
    save('config.dict', sorted({f'[{k.split(".")[0]}]\n' for k in keys}
                               | {k.split('.')[1] + ' = ' for k in keys}
                               | {k + '=' for k in keys}
                               | {w for c in choices for w in c.split('|')}
                               | {'\r\n', ' ; ', '\ufeff'}))


# The calls of tests/visit/desk.c: what they are named here, and their two bytes.
VISIT = {'pin': (0x00, 0x00), 'visual': (0x00, 0x02), 'number': (0x00, 0x03),
         'fak': (0x00, 0xc0), 'fake': (0x00, 0x80),
         'drugs': (0x01, 0x81), 'checkups': (0x01, 0x82),
         'a': (0x02, 0x00), 'b': (0x02, 0x01), 'slip': (0x02, 0x02),
         'wrong': (0x02, 0x03), 'a!': (0x02, 0x04), 'go': (0x04, 0x00),
         'yes': (0x08, 0x80), 'no': (0x08, 0x00), 'doctor': (0x09, 0x0a),
         'yes2': (0x08, 0x81),
         'other': (0x09, 0x0b), 'desk': (0x09, 0x0c), 'insured': (0x09, 0x18),
         'look': (0x0b, 0), 'withdraw': (0x0c, 0x81), 'new': (0x0d, 0x02),
         'last': (0x0d, 0x00), 'lay0': (0x0e, 0x04), 'lay1': (0x0e, 0x05),
         'lay1last': (0x0e, 0x01), 'gone': (0x1e, 0x00), 'here': (0x4b, 0),
         'lost2': (0x1e, 0x81), 'lost3': (0x1e, 0x82), 'lost5': (0x1e, 0x84),
         'down': (0x2e, 0x02), 'down?': (0x2e, 0x06), 'up': (0x2e, 0x00),
         'downO?': (0x2e, 0x16), 'downY?': (0x2e, 0x26),
         'refused': (0x3e, 0x40), 'taken': (0x3e, 0x41),
         'untold': (0x3e, 0x51), 'none': (0x3e, 0x61), 'cancel': (0x4e, 0x01),
         'register': (0x4e, 0x02), 'renamed': (0x3e, 0x49),
         'nameless': (0x3e, 0xc1), 'later': (0x5e, 0x04), 'end': (0x6e, 0x00),
         'async': (0x7e, 0x00)}
VISITS = {
    'straight': 'pin drugs a go doctor look insured look',
    'spend_last': 'last pin a! go a go',
    'wrong': 'pin drugs go slip go wrong go a go doctor',
    'line_down': 'pin drugs a down go lay1 up go b go doctor',
    'line_unknown': 'pin drugs a downO? go lay1 b up go doctor',
    'pulled': 'pin drugs a lost2 go lay1 here go b go',
    'pulled_late': 'pin drugs a lost5 go lay1 here go b go doctor',
    'last_try': 'pin a! down go lay1last up go b go',
    'method': 'pin drugs gone go a visual here go pin lay1 go b go doctor',
    'reader': 'visual drugs go yes fak go yes go doctor look',
    'sight': 'visual drugs go yes lay1 fak go yes go doctor',
    'sight_refused': 'visual drugs go yes refused go taken lay1 go yes go',
    'no': 'visual go no go',
    'cancel': 'pin drugs a cancel go lay1 go b go doctor',
    'withdraw': 'pin drugs a go doctor withdraw look doctor',
    'doctors': 'pin drugs a go downY? doctor up other doctor desk',
    'untold': 'pin drugs a untold go doctor none doctor taken doctor',
    'register': 'visual register go yes go new pin register a go',
    'desks': 'pin drugs *pin *drugs a go *b *go doctor *other look *look'
             ' *withdraw withdraw doctor',
    'unsure': 'pin drugs a renamed go doctor doctor yes doctor look doctor',
    'unsure_no': 'pin drugs a nameless go doctor no doctor look doctor',
    'unsure_other': 'pin drugs a renamed go doctor yes other yes yes2 other'
                    ' look',
    'unsure_end': 'pin drugs a renamed go doctor yes end doctor look',
    'unsure_withdraw': 'pin drugs a renamed go doctor yes withdraw doctor',
    'end': 'pin drugs a go doctor look end look doctor insured go',
    'later': 'pin drugs a go doctor later look doctor',
    'async': 'async pin drugs a go doctor desk other doctor other look end',
    'next': 'pin drugs a go doctor new look lay1 pin b go doctor',
}


def visits():
    for name, calls in VISITS.items():
        data = b''
        for call in calls.split():
            op, x = VISIT[call.lstrip('*')]
            data += bytes([op | (0x80 if call.startswith('*') else 0), x])
        put('visit', name, data)


def main():
    clear()
    messages()
    http()
    json_answers()
    audit()
    config()
    text()
    tlv()
    consent()
    visits()
    with tempfile.TemporaryDirectory() as name:
        certificates(pathlib.Path(name))
    words()


if __name__ == '__main__':
    main()
