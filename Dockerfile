# Everything a run needs, from the lock: docker build -t resig . && docker run --rm -v "$PWD:/work" resig --cores 4 --configfile mine.yaml
FROM python:3.12-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    NUMBA_CACHE_DIR=/tmp/cache/numba \
    MPLCONFIGDIR=/tmp/cache/matplotlib

# loompy (for tests) comes as source; nothing else is compiled.
COPY requirements.lock /tmp/requirements.lock
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock \
    && rm /tmp/requirements.lock

COPY Snakefile /resig/Snakefile
COPY config /resig/config
COPY profiles /resig/profiles
COPY resources /resig/resources
COPY workflow /resig/workflow

WORKDIR /work
ENTRYPOINT ["snakemake", "--snakefile", "/resig/Snakefile"]
CMD ["--cores", "2"]
