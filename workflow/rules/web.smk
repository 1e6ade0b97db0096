# in:  addresses and archives that the config names
# out: the files themselves, in the folder of downloads
from resig.intake.remote import OFFLINE, UNPACKED, to_fetch, to_unpack

if config["downloads"]["offline"]:
    os.environ[OFFLINE] = "1"  # for every job, also for those that fetch companions

ABOUT_FILES = [
    *DATASETS.values(),
    *(spec for dataset in BESIDE for spec in tables_of(dataset).values()),
    {"matrix": DESCRIBED.get("file"), "metadata": DESCRIBED.get("metadata")},
]
# A file that is there has no rule that makes it: it is never fetched again, whoever put it there.
FETCHED = {place: what for place, what in to_fetch(ABOUT_FILES).items() if not exists(f"{DOWNLOADS}/{place}")}
UNPACKED_HERE = to_unpack(ABOUT_FILES, DOWNLOADS)
IN_DOWNLOADS = DOWNLOADS.replace("{", "{{").replace("}", "}}")


wildcard_constraints:
    fetched=one_of(FETCHED),
    file=one_of(place for place, (_, member, _) in UNPACKED_HERE.items() if not member.endswith("/")),
    folder=one_of(place for place, (_, member, _) in UNPACKED_HERE.items() if member.endswith("/")),


localrules:
    fetch,


rule fetch:
    input:
        library=LIBRARY,
    output:
        file=local(f"{IN_DOWNLOADS}/{{fetched}}"),
    log:
        "<logs>/fetch/{fetched}.log",
    benchmark:
        "<benchmarks>/fetch/{fetched}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        url=lambda wildcards: FETCHED[wildcards.fetched][0],
        sha256=lambda wildcards: FETCHED[wildcards.fetched][1],
    message:
        "Fetching {wildcards.fetched}"
    script:
        "../scripts/fetch.py"


rule unpack:
    input:
        library=LIBRARY,
        archive=lambda wildcards: at_hand(UNPACKED_HERE[wildcards.file][0]),
    output:
        local(f"{IN_DOWNLOADS}/{UNPACKED}/{{file}}"),
    log:
        "<logs>/unpack/{file}.log",
    benchmark:
        "<benchmarks>/unpack/{file}.tsv"
    conda:
        "../envs/resig.yaml"
    params:
        member=lambda wildcards: UNPACKED_HERE[wildcards.file][1],
        sha256=lambda wildcards: UNPACKED_HERE[wildcards.file][2],
        limit_gb=config["downloads"]["unpacked_gb"],
    message:
        "Unpacking {output}"
    script:
        "../scripts/unpack.py"


use rule unpack as unpack_folder with:
    input:
        library=LIBRARY,
        archive=lambda wildcards: at_hand(UNPACKED_HERE[wildcards.folder][0]),
    output:
        local(directory(f"{IN_DOWNLOADS}/{UNPACKED}/{{folder}}")),
    log:
        "<logs>/unpack/{folder}.log",
    benchmark:
        "<benchmarks>/unpack/{folder}.tsv"
    params:
        member=lambda wildcards: UNPACKED_HERE[wildcards.folder][1],
        sha256=lambda wildcards: UNPACKED_HERE[wildcards.folder][2],
        limit_gb=config["downloads"]["unpacked_gb"],
