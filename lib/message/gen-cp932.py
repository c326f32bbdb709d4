"""Makes lib/message/cp932_table.c from Python's codec of code page 932."""

LEADS = [*range(0x81, 0xA0), *range(0xE0, 0xF0), *range(0xFA, 0xFD)]
TRAILS = [*range(0x40, 0x7F), *range(0x80, 0xFD)]
PER_LINE = 32


def character(lead, trail):
    try:
        return bytes([lead, trail]).decode("cp932")
    except UnicodeDecodeError:
        return "\\0"


def main():
    print("/* Code page 932. Made by gen-cp932.py: do not edit. */")
    print('#include "config.h"\n\n#include "message/inside.h"\n')
    print("/* Rows: leads 81 to 9F, E0 to EF, FA to FC; columns: trails 40 to 7E,"
          "\n * 80 to FC. 0: no character. */")
    print("const uint16_t oki_cp932_rows[%d][%d] = {" % (len(LEADS), len(TRAILS)))
    for lead in LEADS:
        row = [character(lead, b) for b in TRAILS]
        while row and row[-1] == "\\0":
            row.pop()
        print("\t/* %02x */" % lead)
        lines = [row[i:i + PER_LINE] for i in range(0, len(row), PER_LINE)]
        print("\n".join('\tu"%s"' % "".join(line) for line in lines or [""]) + ",")
    print("};")


main()
