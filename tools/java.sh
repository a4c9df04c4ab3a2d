#!/bin/sh
# tools/java.sh  a Java for the tests that run on Spark; installs one only if there is none of 17 or newer.
set -eu

version() { "$1" -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1; }
java() {
    if [ -n "${JAVA_HOME:-}" ]; then set -- "$JAVA_HOME/bin/java"; else set -- "$(command -v java || true)"; fi
    [ -n "$1" ] && [ -x "$1" ] && found=$(version "$1") && [ "${found:-0}" -ge 17 ]
}

java && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null 2>&1 || true
    for package in openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless; do
        echo "setup: apt-get install $package" >&2
        if apt-get install -y -qq --no-install-recommends $package >/dev/null 2>&1 && java; then exit 0; fi
    done
    echo "apt-get 没有成功 / apt-get did not succeed" >&2
fi
{
    echo "缺少 Java 17 或更高。用 Spark 的测试会说明原因并跳过；请用系统的软件管理器安装后重试"
    echo "Java 17 or newer is missing. Tests that run on Spark say so and are skipped; install it with the system's package manager"
} >&2
