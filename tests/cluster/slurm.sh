#!/usr/bin/env bash
# A real Slurm of several nodes on this one machine, on loopback only; no systemd, no accounting. Needs root and Debian.
#   slurm.sh up [NODES]   installs Slurm if need be, starts it; prints why and ends with 77 where that cannot be done
#   slurm.sh node N       starts node N again after a fault
#   slurm.sh down         stops it and removes what it wrote
set -euo pipefail
folder=${SLURM_TEST_FOLDER:-/tmp/resig-slurm}
conf=/etc/slurm/slurm.conf # the job steps look nowhere else
host=$(hostname -s)

cannot() {
    echo "skipped: $1"
    exit 77
}

install_slurm() {
    command -v slurmctld slurmd munged >/dev/null && return
    command -v apt-get >/dev/null || cannot "Slurm is not installed and there is no apt-get"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
        --no-install-recommends slurmctld slurmd slurm-client munge; } >/tmp/resig-slurm-apt.log 2>&1 ||
        cannot "Slurm cannot be installed (see /tmp/resig-slurm-apt.log)"
}

write_conf() {
    cat <<CONF
ClusterName=ci
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/sock
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MpiDefault=none
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=1000
SchedulerParameters=batch_sched_delay=0,sched_interval=5,bf_interval=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/state/spool-%n
SlurmctldPidFile=$folder/run/ctld.pid
SlurmdPidFile=$folder/run/slurmd-%n.pid
SlurmctldLogFile=$folder/log/ctld.log
SlurmdLogFile=$folder/log/slurmd-%n.log
SlurmdParameters=config_overrides
SlurmdTimeout=20
ReturnToService=2
MinJobAge=600
KillWait=3
AccountingStorageType=accounting_storage/none
CONF
    for i in $(seq 1 "$1"); do
        echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((17000 + i)) CPUs=2 RealMemory=8000 State=UNKNOWN"
    done
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
}

up() {
    [ "$(id -u)" = 0 ] || cannot "starting Slurm needs root"
    [ ! -e "$conf" ] || [ -d "$folder" ] || cannot "this machine has a Slurm of its own ($conf)"
    install_slurm
    mkdir -p "$folder"/{state,log,run,munge} /etc/slurm
    [ -s "$folder/munge/key" ] || (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
    munged --force --key-file "$folder/munge/key" --socket "$folder/munge/sock" --pid-file "$folder/munge/pid" \
        --log-file "$folder/munge/log" --seed-file "$folder/munge/seed"
    write_conf "$1" >"$conf"
    slurmctld
    for i in $(seq 1 "$1"); do node "$i"; done
    for _ in $(seq 1 120); do
        [ "$(sinfo -h -N -o %T 2>/dev/null | grep -c '^idle$')" = "$1" ] && sinfo && return
        sleep 0.5
    done
    sinfo
    cannot "the nodes did not come up (see $folder/log)"
}

node() {
    mkdir -p "$folder/state/spool-n$1"
    slurmd -N "n$1"
}

down() {
    scancel -u root 2>/dev/null || true
    for pid in "$folder"/run/*.pid "$folder"/munge/pid; do
        [ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null || true
    done
    sleep 2
    rm -rf "$folder" "$conf"
}

case ${1:-} in
up) up "${2:-4}" ;;
node) node "$2" ;;
down) down ;;
*) sed -n '2,5p' "$0" && exit 2 ;;
esac
