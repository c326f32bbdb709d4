"""Makes lib/message/cp932_table.c from Python's codec of code page 932."""

LEADS = [*range(0x81, 0xA0), *range(0xE0, 0xF0), *range(0xFA, 0xFD)]
TRAILS = [*range(0x40, 0x7F), *range(0x80, 0xFD)]


def character(lead, trail):
    try:
        return ord(bytes([lead, trail]).decode("cp932"))
    except UnicodeDecodeError:
        return 0


def numbers(values, form, per_line):
    for i in range(0, len(values), per_line):
        print("\t" + ", ".join(form(v) for v in values[i:i + per_line]) + ",")


def main():
    table = {(a, b): character(a, b) for a in LEADS for b in TRAILS}
    back = {}
    for (lead, trail), c in sorted(table.items()):
        # As Windows: never NEC's selection of IBM's extensions, else the first.
        if c and lead not in (0xED, 0xEE):
            back.setdefault(c, lead << 8 | trail)
    print("/* Code page 932, both ways. Made by gen-cp932.py: do not edit. */")
    print('#include "config.h"\n\n#include "message/inside.h"\n')
    print("/* Rows: leads 81 to 9F, E0 to EF, FA to FC; columns: trails 40 to 7E,"
          "\n * 80 to FC. 0: no character. */")
    print("const uint16_t oki_cp932_rows[%d][%d] = {" % (len(LEADS), len(TRAILS)))
    for lead in LEADS:
        print("{\t/* %02x */" % lead)
        numbers([table[lead, b] for b in TRAILS], lambda v: "0x%04x" % v, 9)
        print("},")
    print("};\n")
    print("/* By character: the code that Windows writes. */")
    print("const uint16_t oki_cp932_codes[][2] = {")
    numbers(sorted(back.items()), lambda v: "{ 0x%04x, 0x%04x }" % v, 3)
    print("};\nconst size_t oki_cp932_codes_n = %d;" % len(back))


main()
