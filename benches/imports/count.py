#!/usr/bin/env python3
"""Count which standard-library modules real Python serverless handlers import.

Reads git repositories under the folder MIRROR (one per repository), never checks
anything out and never runs any of it. Writes counts.tsv, counts-extended.tsv,
functions.tsv, repositories.tsv and summary.json next to this script.
Run with CPython 3.13 (parses the newest syntax): python3.13 count.py MIRROR
"""
import ast, collections, hashlib, json, os, re, subprocess, sys, warnings
warnings.simplefilter("ignore")
sys.setrecursionlimit(5000)
MIRROR = sys.argv[1]
OUT = os.path.dirname(os.path.abspath(__file__))
OLD_PY = "/root/.pyenv/versions/3.10.13/bin/python3"
SKIP_REPOS = {"ddosify/ddosify", "zhaojing828/cn"}      # fetched by mistake / docs only

NAMES = "main_handler|lambda_handler|handler|hello|handle|run|main"
EV, CX = "event|evt|request|_event", "context|ctx|_context|_"
# the regex of the brief, closed with \b
STRICT = re.compile(rf"^(async )?def ({NAMES})\s*\(\s*({EV})\s*,\s*({CX})\b", re.M)
# the same, but also accepting annotations: event: Dict[str, Any], context: LambdaContext
ANN = r"(?:\s*:\s*[\w.\"'| ]+(?:\[[^()=\n]*?\])?[\w.\"'| ]*)?"
LOOSE = re.compile(rf"^(async )?def ({NAMES})\s*\(\s*({EV}){ANN}\s*,\s*({CX})\b", re.M)

# ---------------------------------------------------------------- stdlib names
PY2ONLY = set("""urllib2 urlparse httplib StringIO cStringIO ConfigParser Queue cPickle commands HTMLParser
Cookie cookielib BaseHTTPServer SimpleHTTPServer SocketServer thread dummy_thread anydbm md5 sha sets exceptions
__builtin__ htmlentitydefs xmlrpclib SimpleXMLRPCServer Tkinter copy_reg robotparser UserDict UserList itertools_ """.split())
def stdlib(py):
    """top-level names and every dotted submodule found on disk (nothing is imported)"""
    code = r'''
import sys,os,sysconfig,json
top=sorted(sys.stdlib_module_names); d=sysconfig.get_paths()["stdlib"]; subs=[]
for root,dirs,files in os.walk(d):
    dirs[:]=[x for x in dirs if x not in("site-packages","__pycache__","test","tests","idlelib","lib2to3","config") and not x.startswith("config-")]
    rel=os.path.relpath(root,d)
    if rel=="." or rel.split(os.sep)[0]=="lib-dynload": continue
    pk=rel.replace(os.sep,".")
    if not os.path.exists(os.path.join(root,"__init__.py")): continue
    if pk.split(".")[0] not in top: continue
    subs.append(pk); subs+= [pk+"."+f[:-3] for f in files if f.endswith(".py") and f not in("__init__.py","__main__.py")]
print(json.dumps([top,subs]))'''
    return json.loads(subprocess.check_output([py, "-I", "-c", code]))
new_t, new_s = stdlib(sys.executable); old_t, old_s = stdlib(OLD_PY)
TOP = set(new_t) | set(old_t); SUB = set(new_s) | set(old_s) | {"os.path"}
REMOVED = TOP - set(new_t)                    # gone in the interpreter running this
# ------------------------------------------------------- vendored third parties
THIRD = set(l for l in """requests urllib3 certifi chardet idna charset_normalizer boto3 botocore s3transfer jmespath dateutil six yaml
flask Flask werkzeug jinja2 markupsafe click itsdangerous django qcloud_cos qcloud_cos_v5 qcloud_cos_v4 tencentcloud tencentserverless
oss2 aliyunsdkcore aliyunsdkoss aliyunsdksts aliyunsdkvod alibabacloud crcmod Crypto Cryptodome cryptography cffi pycparser nacl bcrypt paramiko
pymysql MySQLdb psycopg2 pymongo bson gridfs redis kafka pykafka ckafka elasticsearch elasticsearch_dsl elasticsearch7 curator numpy pandas scipy sklearn PIL
Pillow cv2 tensorflow keras torch matplotlib bs4 lxml soupsieve html5lib attr attrs pydantic pydantic_core typing_extensions aws_lambda_powertools
aws_xray_sdk wrapt jsonschema simplejson ujson orjson docker aiohttp httpx httpcore anyio sniffio h11 multidict yarl async_timeout aiosignal frozenlist
simple_salesforce slack_sdk slackclient slacker twilio pytz tzdata croniter tabulate future past builtins_ cachetools google googleapiclient httplib2 oauth2client rsa pyasn1
pyasn1_modules jwt jose ecdsa pkg_resources setuptools pip wheel enum34 ipaddress_ futures ask_sdk_core ask_sdk_model ask_sdk_runtime
flask_bootstrap flask_cors flask_sqlalchemy sqlalchemy dominate visitor serverless_wsgi wsgi mangum starlette fastapi uvicorn tornado twisted zope
tablestore mns aliyun fc2 OpenSSL asn1crypto ffmpeg imageio moviepy tqdm decorator colorama prompt_toolkit pygments wcwidth markdown docx openpyxl xlrd xlwt xlsxwriter reportlab
pdfminer PyPDF2 fitz qrcode wordcloud jieba xmltodict dicttoxml ply mock nose pytest moto crhelper cfnresponse_ fuzzywuzzy nltk spacy
openai langchain tiktoken tenacity packaging dotenv ddtrace datadog opentelemetry bytecode protobuf grpc msgpack zipp importlib_metadata importlib_resources pyparsing
marshmallow graphene graphql peewee mysql mysqlclient pyodbc cx_Oracle hdbcli snowflake pyarrow fastparquet s3fs fsspec awswrangler pynamodb dynamodb_json linebot tweepy telegram discord praw feedparser
unidiff isodate uritemplate magic rarfile py7zr zstandard brotli lz4 snappy aliyun_log aliyunsdkecs aliyunsdkfc aliyunsdkslb Tea alibabacloud_tea_util alibabacloud_credentials
DBUtils dbutils pyaes execjs js2py rich loguru arrow pendulum humanize regex semver toml tomli tomlkit ruamel cerberus voluptuous pyrsistent rpds referencing jsonschema_specifications
huggingface_hub transformers tokenizers safetensors accelerate networkx sympy joblib threadpoolctl shapely geopandas""".split())
SKIP_DIR = re.compile(r"(^|/)(node_modules|site-packages|dist-packages|venv|\.venv|env/lib|vendor|vendored|_vendor|third_party|"
                      r"tests?|unit_?tests?|integration_?tests?|__tests__|e2e|\.git|cdk\.out|[^/]+\.(dist|egg)-info)(/|$)", re.I)
SKIP_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|conftest|setup)\.py$")

def git(d, *a, **k):
    return subprocess.check_output(["git", "-C", d, "-c", "safe.directory=*", *a], **k)

class Repo:
    def __init__(self, name, d):
        self.name, self.d = name, d
        self.commit = git(d, "rev-parse", "HEAD").decode().strip()
        self.date = git(d, "log", "-1", "--format=%cs").decode().strip()
        self.tree = {}; distinfo = set()
        for rec in git(d, "ls-tree", "-r", "-z", "HEAD").split(b"\0"):
            if not rec: continue
            meta, path = rec.split(b"\t", 1); mode, typ, sha = meta.decode().split()
            try: path = path.decode()
            except UnicodeDecodeError: path = path.decode("latin-1")
            m = re.search(r"(?:^|/)([^/]+?)-[^/-]+(?:-py[\d.]+)?\.(?:dist|egg)-info/", path)
            if m: distinfo.add(m.group(1).lower().replace("-", "_"))
            if typ == "blob" and mode != "120000" and path.endswith(".py"): self.tree[path] = sha
        self.vendor = {x.lower() for x in THIRD} | distinfo
        self.dirs = set()
        for p in self.tree:
            while "/" in p:
                p = p.rsplit("/", 1)[0]
                if p in self.dirs: break
                self.dirs.add(p)
        self.cat = subprocess.Popen(["git", "-C", d, "-c", "safe.directory=*", "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.cache = {}
    def read(self, sha):
        self.cat.stdin.write(sha.encode() + b"\n"); self.cat.stdin.flush()
        h = self.cat.stdout.readline().split()
        if len(h) < 3: return None          # listed but absent in the snapshot
        b = self.cat.stdout.read(int(h[2])); self.cat.stdout.read(1); return b
    def is_vendored(self, path):
        return any(c.lower().removesuffix(".py") in self.vendor for c in path.split("/"))

def text(b):
    if b.startswith(b"\xef\xbb\xbf"): b = b[3:]
    try: return b.decode("utf-8")
    except UnicodeDecodeError: return b.decode("latin-1")

# imports: list of (kind, module, names, level, at_module_level)
def imports_of(b):
    src = text(b)
    try: tree = ast.parse(src)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "regex", imports_regex(src)
    out = []
    def guard(test):
        s = ast.dump(test)
        return "TYPE_CHECKING" in s or ("__name__" in s and "__main__" in s)
    def walk(n, top):
        for c in ast.iter_child_nodes(n):
            if isinstance(c, ast.Import):
                for a in c.names: out.append((a.name, None, 0, top))
            elif isinstance(c, ast.ImportFrom):
                out.append((c.module or "", [a.name for a in c.names], c.level, top))
            elif isinstance(c, ast.If) and guard(c.test):
                for x in c.orelse: walk(ast.Module([x], []), top)
            else:
                walk(c, top and not isinstance(c, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))
    walk(tree, True)
    return "ast", out
def imports_regex(src):
    out = []
    src = re.sub(r"(\"\"\"|''')(?:.|\n)*?\1", "", src).replace("\\\n", " ")
    for m in re.finditer(r"^([ \t]*)import[ \t]+([^\n#;]+)", src, re.M):
        for part in m.group(2).split(","):
            w = part.split()
            if w and re.fullmatch(r"[\w.]+", w[0]): out.append((w[0], None, 0, not m.group(1)))
    for m in re.finditer(r"^([ \t]*)from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]+)", src, re.M):
        ns = [x.split()[0] for x in re.sub(r"#[^\n]*|[()]", "", m.group(4)).split(",") if x.split()]
        out.append((m.group(3), ns, len(m.group(2)), not m.group(1)))
    return out

def std_of(mod, names):
    """dotted stdlib modules that one import statement names"""
    got = set(); parts = mod.split("."); got.add(parts[0])
    for i in range(2, len(parts) + 1):
        d = ".".join(parts[:i])
        if d in SUB: got.add(d)
    for n in names or ():
        if mod + "." + n in SUB: got.add(mod + "." + n)
    return got

def resolve(r, roots, mod, names, level, here):
    """paths of local modules named by an import (empty: not local)"""
    found = []
    def probe(base, dotted):
        p = "/".join(x for x in [base, dotted.replace(".", "/")] if x)
        hit = []
        if p + ".py" in r.tree: hit.append(p + ".py")
        elif p + "/__init__.py" in r.tree: hit.append(p + "/__init__.py")
        elif p and p in r.dirs: hit.append(None)            # namespace package
        if not hit: return []
        for n in names or ():
            for q in (f"{p}/{n}.py", f"{p}/{n}/__init__.py"):
                if q in r.tree: hit.append(q)
        parts = p.split("/")                                # parents' __init__
        for i in range(len(base.split("/")) if base else 0, len(parts)):
            q = "/".join(parts[:i + 1]) + "/__init__.py"
            if q in r.tree: hit.append(q)
        return hit
    if level:
        base = here.split("/")[:-1]
        base = base[:len(base) - (level - 1)] if level > 1 else base
        base = "/".join(base)
        if mod: found = probe(base, mod)
        else:
            for n in names or ():
                for q in (f"{base}/{n}.py", f"{base}/{n}/__init__.py"):
                    q = q.lstrip("/")
                    if q in r.tree: found.append(q)
    else:
        for b in roots:
            found = probe(b, mod)
            if found: break
    return [f for f in found if f and not r.is_vendored(f) and not SKIP_FILE.search(f)]

def closure(r, path):
    """stdlib modules: direct, direct at module level, transitive over local modules; py2-only names; files visited"""
    hd = os.path.dirname(path); roots = [hd]; d = hd
    for _ in range(4):
        if not d: break
        d = os.path.dirname(d); roots.append(d)
    direct, toplvl, trans, py2, third, seen, modes = set(), set(), set(), set(), set(), {path}, set()
    q = [path]
    while q and len(seen) < 400:
        p = q.pop(); sha = r.tree[p]
        if sha not in r.cache:
            b = r.read(sha); r.cache[sha] = imports_of(b) if b is not None else ("ast", [])
        mode, imps = r.cache[sha]
        if p == path: modes.add(mode)
        for mod, names, level, top in imps:
            t = mod.split(".")[0]
            shadow = not level and t in TOP and (f"{hd}/{t}.py".lstrip("/") in r.tree or f"{hd}/{t}/__init__.py".lstrip("/") in r.tree) \
                     and t not in sys.builtin_module_names and not r.is_vendored(f"{t}.py")
            if not level and t in TOP and not shadow:
                s = std_of(mod, names); trans |= s
                if p == path:
                    direct |= s
                    if top: toplvl |= s
            elif not level and t in PY2ONLY:
                py2.add(t)
            elif level or t.lower() not in r.vendor:
                fs = resolve(r, roots, mod, names, level, p)
                if not fs and not level and t: third.add(t)
                for f in fs:
                    if f not in seen: seen.add(f); q.append(f)
            else: third.add(t)
    return direct, toplvl, trans, py2, third, seen, modes.pop()

TENCENT = re.compile(r"^(tencentyun/|serverless-components/|quanttide/qcloud|stackinspector/tx|shimmeris/SCFProxy|arcturus-script/|Wyatt1026/|ZimoLove|nangongxiaoxin/|854619267/|GamerNoTitle/|qqread/|xieqifei/|IceTiki/|F-19-F/|xmdsn/|Mashiro2000/|wudongdefeng/|pooneyy/|TencentCloudBase/|Jayve/)")
ALIYUN = re.compile(r"^(devsapp/|awesome-fc/|aliyun/|sz134055/|ttopkid/|ppuuoo/|skyfackr/|voidbean/|fduxuan/|realjackwang/|Dominic-KK/)")
def platform(repo, fn):
    if fn == "main_handler" or TENCENT.match(repo): return "tencent"
    if ALIYUN.match(repo): return "aliyun+huawei"
    return "aws+other"

def main():
    repos = []
    for e in sorted(os.listdir(MIRROR)):
        if "+" not in e: continue
        name = e.replace("+", "/", 1)
        if name in SKIP_REPOS: continue
        for d in (f"{MIRROR}/{e}/repo", f"{MIRROR}/{e}/repo/.git"):
            try: repos.append(Repo(name, d)); break
            except subprocess.CalledProcessError: pass
    seen_hash, seen_ast, funcs, rinfo = {}, set(), [], []
    raw = strict_raw = 0
    for r in repos:
        n_raw = n_new = 0
        for path, sha in sorted(r.tree.items()):
            if SKIP_DIR.search(path) or SKIP_FILE.search(path): continue
            b = r.read(sha)
            if b is None or b"def " not in b: continue
            src = text(b).replace("\r\n", "\n"); m = LOOSE.search(src)
            if not m: continue
            n_raw += 1; raw += 1; strict = bool(STRICT.search(src)); strict_raw += strict
            h = hashlib.sha256(b).hexdigest()
            if h in seen_hash: continue
            seen_hash[h] = 1; n_new += 1
            direct, toplvl, trans, py2, third, seen, mode = closure(r, path)
            try: ah = hashlib.sha256(ast.dump(ast.parse(src)).encode()).hexdigest()
            except Exception: ah = h
            dup_ast = ah in seen_ast; seen_ast.add(ah)
            funcs.append(dict(repo=r.name, path=path, fn=m.group(2), strict=strict, mode=mode, nfiles=len(seen), direct=direct,
                              top=toplvl, trans=trans, py2=py2, third=third, plat=platform(r.name, m.group(2)), dup_ast=dup_ast))
        rinfo.append((r.name, r.commit, r.date, n_raw, n_new))
        r.cat.stdin.close(); r.cat.wait(); r.cache.clear()
    N = len(funcs)
    C = collections.Counter
    trans, direct, top = C(), C(), C(); nrep = collections.defaultdict(set); plat = collections.defaultdict(C); pn = C(); py2 = C(); third = C()
    byrepo = collections.defaultdict(list)
    for f in funcs:
        trans.update(f["trans"]); direct.update(f["direct"]); top.update(f["top"]); py2.update(f["py2"]); third.update(f["third"])
        plat[f["plat"]].update(f["trans"]); pn[f["plat"]] += 1; byrepo[f["repo"]].append(f)
        for m in f["trans"]: nrep[m].add(f["repo"])
    eq = C()                                             # every repository the same weight
    for rp, fs in byrepo.items():
        for f in fs:
            for m in f["trans"]: eq[m] += 1 / len(fs)
    R = len(byrepo)
    order = sorted(trans, key=lambda m: (-trans[m], m))
    with open(f"{OUT}/counts.tsv", "w") as o:
        o.write("module\tfunctions\tshare_percent\n")
        for m in order: o.write(f"{m}\t{trans[m]}\t{100*trans[m]/N:.2f}\n")
    P = ["tencent", "aliyun+huawei", "aws+other"]
    with open(f"{OUT}/counts-extended.tsv", "w") as o:
        o.write("module\tfunctions\tshare_percent\thandler_file_only\thandler_file_module_level\trepos\tmean_share_over_repos_percent\t" +
                "\t".join(f"{p}_share_percent(n={pn[p]})" for p in P) + "\tremoved_in_py3.13\n")
        for m in order:
            o.write(f"{m}\t{trans[m]}\t{100*trans[m]/N:.2f}\t{direct[m]}\t{top[m]}\t{len(nrep[m])}\t{100*eq[m]/R:.2f}\t" +
                    "\t".join(f"{100*plat[p][m]/max(1,pn[p]):.2f}" for p in P) + f"\t{'yes' if m.split('.')[0] in REMOVED else ''}\n")
    with open(f"{OUT}/functions.tsv", "w") as o:
        o.write("repo\tpath\thandler\tplatform\tparser\tlocal_files\tmodules\n")
        for f in funcs:
            o.write("\t".join([f["repo"], f["path"], f["fn"], f["plat"], f["mode"], str(f["nfiles"]), ",".join(sorted(f["trans"]))]) + "\n")
    with open(f"{OUT}/repositories.tsv", "w") as o:
        o.write("repo\tcommit\tcommit_date\thandler_files\tcounted_after_dedup\n")
        for x in rinfo: o.write("\t".join(map(str, x)) + "\n")
    nodup = [f for f in funcs if not f["dup_ast"]]; c2 = C()
    for f in nodup: c2.update(f["trans"])
    S = dict(functions=N, repos_fetched=len(rinfo), repos_with_counted=R, handler_files_raw=raw, strict_raw=strict_raw,
             strict_unique=sum(f["strict"] for f in funcs), regex_parsed=sum(f["mode"] == "regex" for f in funcs),
             with_local=sum(f["nfiles"] > 1 for f in funcs), no_stdlib=sum(not f["trans"] for f in funcs),
             names=C(f["fn"] for f in funcs), platform=pn, py2=py2, third_party=dict(third.most_common(25)), ast_unique=len(nodup),
             ast_unique_share={m: round(100 * c2[m] / len(nodup), 1) for m in order[:60]})
    json.dump(S, open(f"{OUT}/summary.json", "w"), indent=1)
    print(json.dumps({k: v for k, v in S.items() if k != "ast_unique_share"}, indent=1))
main()
