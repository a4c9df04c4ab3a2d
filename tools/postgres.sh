#!/bin/sh
# tools/postgres.sh  PostgreSQL's server programs for the web tests; installs only what is missing, starts no service.
set -eu

there() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
there && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: apt-get install postgresql" >&2
    export DEBIAN_FRONTEND=noninteractive
    # no cluster is made at installation: the tests make and remove their own
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
    if apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends postgresql >/dev/null 2>&1 && there; then
        exit 0
    fi
    echo "apt-get 没有成功 / apt-get did not succeed" >&2
fi
{
    echo "缺少 PostgreSQL 的服务器程序。要用它的测试会说明原因并跳过；请用系统的软件管理器安装后重试"
    echo "PostgreSQL's server programs are missing. Tests that need them say so and are skipped; install them and retry"
} >&2
