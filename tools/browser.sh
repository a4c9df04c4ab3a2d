#!/bin/sh
# tools/browser.sh  a Chromium, Chinese fonts and a reader of PDF for the tests that look at pages and papers; installs
# only what is missing.
set -eu

browser() { for name in chromium chromium-browser google-chrome; do command -v $name >/dev/null 2>&1 && return 0; done; return 1; }
fonts() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ]; }

missing=""
browser || missing="$missing chromium"
fonts || missing="$missing fontconfig fonts-noto-cjk"
command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: apt-get install$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    if apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1; then
        exit 0
    fi
    echo "apt-get 没有成功 / apt-get did not succeed" >&2
fi
{
    echo "缺少：$missing。看页面的测试会说明原因并跳过；请用系统的软件管理器安装后重试"
    echo "Missing:$missing. Tests that look at pages say so and are skipped; install these with the system's package manager"
} >&2
