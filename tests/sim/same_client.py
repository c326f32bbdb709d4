"""A scenario's client: our own command, whose JSON is kept for t_links.py."""
import json
import os
import subprocess
import sys

path = os.path.join(os.environ["SAME_DIR"], os.environ["ONSHIKAKU_SCENARIO"])
subprocess.run(["onshikaku", "audit", "init", "--key-out", path + ".key"],
               stdout=subprocess.DEVNULL, check=True)
out = subprocess.run(["onshikaku", "--json",
                      *json.loads(os.environ["ONSHIKAKU_ARGS"])],
                     stdout=subprocess.PIPE, check=False)
with open(path, "wb") as f:
    f.write(out.stdout)
sys.stdout.buffer.write(out.stdout)
sys.exit(out.returncode)
