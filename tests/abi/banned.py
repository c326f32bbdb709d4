"""No banned function, no unfinished remark, nothing that names a machine."""
import re
from pathlib import Path

from abi_report import TOP, finish, lines, wrong

# Nowhere (SEC-126).
BANNED = set("""strcpy strcat stpcpy sprintf vsprintf gets strtok atoi atol
atoll atof scanf fscanf sscanf vscanf vfscanf vsscanf alloca setjmp longjmp
sigsetjmp siglongjmp system popen mktemp tmpnam tempnam rand srand random
srandom drand48""".split())

# Not in the library: it does not end, print, wait for signals, or change what
# belongs to its program.
LIBRARY = set("""abort exit _exit _Exit quick_exit assert atexit setlocale
uselocale signal sigaction sigprocmask umask chdir fchdir setenv putenv
unsetenv printf vprintf fprintf vfprintf puts fputs putchar fputc perror
dprintf fork vfork execve execv execvp realloc reallocarray daemon kill raise
sleep usleep alarm syslog openlog strtol strtoul strtod localtime gmtime mktime
strftime toupper tolower isalpha isdigit isspace OPENSSL_cleanup
curl_global_cleanup xmlCleanupParser xmlMemSetup
CRYPTO_set_mem_functions""".split())

# Memory comes from one file, which wipes it.
MEMORY = set("malloc calloc free strdup strndup asprintf".split())
ALLOC = TOP / "lib/core/alloc.c"
MOST_LINES = 1000       # of a file

CODE = ("lib", "include", "tools", "simulator", "examples")
TEXT = {".c", ".h", ".def", ".awk", ".py", ".sh", ".am", ".ac", ".md", ".in",
        ".1", ".3", ".5", ".map", ".toml", ".json", ""}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")


def without_words(text: str) -> str:
    """Code without comments and strings; lines keep their numbers."""
    def blank(m: re.Match[str]) -> str:
        s = m.group(0)
        return '""' if s[0] in "\"'" else "\n" * s.count("\n") or " "
    return re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/'
                  r"|//[^\n]*", blank, text, flags=re.S)


def check_calls(path: Path, banned: set[str]) -> None:
    """Calls of banned functions: a name, then a bracket, and no member."""
    code = without_words(path.read_text("utf-8"))
    for n, line in enumerate(code.split("\n"), 1):
        for m in re.finditer(r"(?<![\w.])(?<!->)(\w+)\s*\(", line):
            if m.group(1) in banned:
                wrong(path, n, "%s is banned" % m.group(1))


def tracked() -> list[Path]:
    """Files of the tree that people write."""
    found = []
    for name in (*CODE, "man", "bindings", "scripts", "tests", "pkgconfig"):
        found += [p for p in (TOP / name).rglob("*")
                  if p.is_file() and p.suffix in TEXT]
    found += [TOP / n for n in ("README.md", "README.ja.md", "NEWS",
                                "SECURITY.md", "configure.ac", "Makefile.am")]
    return [p for p in sorted(found)
            if not set(p.parts) & {"__pycache__", ".libs", ".deps"}]


def main() -> None:
    """Calls in code, remarks everywhere."""
    count = 0
    for folder in CODE:
        for path in sorted((TOP / folder).rglob("*.[ch]")):
            count += 1
            banned = BANNED | LIBRARY if folder == "lib" else BANNED
            if folder == "lib" and path != ALLOC:
                banned = banned | MEMORY
            check_calls(path, banned)
            text = lines(path)
            length = len(text)
            # What a table makes is as long as the table.
            if length > MOST_LINES and "Made by gen-" not in text[0]:
                wrong(path, length, "over %d lines" % MOST_LINES)
    for path in tracked():
        try:
            text = lines(path)
        except UnicodeDecodeError:
            continue
        for n, line in enumerate(text, 1):
            m = UNFINISHED.search(line)
            if m:
                wrong(path, n, "unfinished: %s" % m.group(0))
    finish("%d files of code" % count)


main()
