# What the platform's runtime does, for a host CPython: the peer of every start.
import json
import sys

sys.dont_write_bytecode = True
folder, _, name = sys.argv[1].rpartition("/")
sys.path.insert(0, folder)
event = json.loads(sys.argv[2])
module = __import__(name.removesuffix(".py"))
print(json.dumps(module.main_handler(event, {}), ensure_ascii=False))
