"""`python -m bench.imports [rows]`: the CPU time and memory of an upload up to its parsed rows, beside bare calamine.

Each measurement runs in a process of its own. Ours are two processes, the worker and its reader: their CPU times are
added, and the larger peak counts. Only the ratio to calamine in the same run counts.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

_START = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
"""A process has at least the peak of the one that starts it, so a small one starts the one that is measured."""
ROWS = 50_000
MAX_RATIO, MAX_MEGABYTES = 6.0, 150.0
HEADINGS = {
    "B": (
        "订单号,订单状态,负责人(业务员),买家名称,下单时间,付款时间,产品总金额,物流费用,订单金额,满立减,"
        "产品信息\n（双击单元格展开所有产品信息！）,订单备注,收货地址,收货人名称,收货国家,州/省,城市,地址,邮编,联系电话,手机,"
        "买家选择物流,发货期限,实际发货物流:运单号,发货时间,确认收货时间"
    ).split(","),
    "E": (
        "订单号,店铺,订单状态,负责人（业务员）,买家名称,下单时间,付款时间,支付方式,供货价,产品总金额,物流费用,预计增值税,"
        "平台是否代征代缴,订单金额,买家实付金额,DDP关税,店铺优惠,托管商家折扣,平台补贴,商品ID,商品信息,EANcode,商品编码,"
        "订单备注,完整收货地址,完整收货地址（常用语言）,收件人名称,联系电话,手机,联系邮件,详细地址,邮编,"
        "扩展城市（德/意/波/墨为真实的城市）,城市,州/省,收货国家,National address（仅沙特使用）,税号,买家选择物流,"
        "发货期限,实际发货单号,发货时间,确认收货时间,订单业务模式,定制信息"
    ).split(","),
}
"""The files of the seller centre of 2016 to 2019 and of 2025 to 2026."""
KINDS = ("xlsx", "xls")
MONEY = frozenset(
    ("供货价", "产品总金额", "物流费用", "预计增值税", "订单金额", "买家实付金额", "DDP关税", "店铺优惠", "满立减")
)


def write(path: Path, layout: str, count: int) -> None:
    """An .xlsx or .xls file of `count` invented orders, the same each time."""
    chance = random.Random(1)
    rows = ([_cell(heading, n, chance) for heading in HEADINGS[layout]] for n in range(count))
    if path.suffix == ".xls":
        from functions.exports.formats import xls
        from functions.exports.formats.sheets import Heading, Sheet

        xls.write(path, Sheet(tuple(Heading(name, "text") for name in HEADINGS[layout])), rows, lambda: [])
    else:
        import rustpy_xlsxwriter

        named = [dict(zip(HEADINGS[layout], row, strict=True)) for row in rows]
        rustpy_xlsxwriter.write_worksheet(named, str(path))


def _cell(heading: str, n: int, chance: random.Random) -> str:
    if heading == "订单号":
        return str(8_200_000_000_000_001 + n * 7)
    if heading == "订单状态":
        return "等待您发货"
    if heading == "商品信息" or heading.startswith("产品信息"):
        return "\n".join(
            f"【{k}】 Demo item number {chance.randrange(9999)} wireless mouse\n"
            f"(产品属性: Color:Black、Ships From:China)\n(商家编码:DM-{chance.randrange(99999)})\n(产品数量:{k} piece)"
            for k in range(1, chance.randrange(2, 4))
        )
    if heading in ("下单时间", "付款时间"):
        return f"2019.{1 + n % 9:02d}.{1 + n % 28:02d} {n % 24:02d}:{n % 60:02d}"
    if "时间" in heading or heading == "发货期限":
        return f"2019-{1 + n % 9:02d}-{1 + n % 28:02d}"
    if heading in MONEY:
        return f"${chance.randrange(2000)}.{chance.randrange(100):02d}"
    if "地址" in heading:
        return f"{chance.randrange(999)} Example Street, Sampletown {chance.randrange(999_999)}, Test Oblast"
    if "名称" in heading:
        return f"Test Buyer {n % 30_000}"
    if heading in ("联系电话", "手机", "邮编"):
        return str(chance.randrange(10**9))
    if heading == "收货国家":
        return "Russian Federation"
    return "" if chance.random() < 0.4 else "some value"


def bare(path: Path) -> int:
    """Read by calamine alone, as Python values."""
    from python_calamine import load_workbook

    return len(load_workbook(str(path)).get_sheet_by_index(0).to_python()) - 1


def ours(path: Path) -> int:
    """Read as an import reads it, up to the values of each row."""
    from functions.imports.readers import reader
    from functions.imports.sheet import open_sheet
    from shared.domain.imports.model import ImportRequest, Kind, new
    from shared.domain.order.transitions import Actor
    from shared.domain.stores import Store

    job = new("bench", "imp_1", ImportRequest(Kind.ORDERS, path.name), Actor("staff", "1"), datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        sheet = open_sheet(reader.read(path, Path(folder) / "rows"), job, Store("bench"))
        wrong = rows = 0
        for row in sheet.rows():
            rows, wrong = rows + 1, wrong + (row.error is not None)
    if wrong:
        sys.exit(f"{wrong} rows cannot be read: the benchmark has measured something else")
    return rows


def measure(way: str, path: Path) -> dict[str, float]:
    """`rows`, CPU seconds and peak MB of a process of its own that reads the file."""
    command = [sys.executable, "-c", _START, sys.executable, "-m", "bench.imports", way, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(ended.stderr)
    result: dict[str, float] = json.loads(ended.stdout)
    return result


def _report(rows: int) -> str:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    return json.dumps({"rows": rows, "cpu": cpu, "mb": max(each.ru_maxrss for each in used) / 1024})


def compared(layout: str, count: int, folder: Path, kind: str) -> tuple[dict[str, float], dict[str, float]]:
    """The measurements of bare calamine and of ours with an `xlsx` or `xls` file."""
    path = folder / f"{layout}.{kind}"
    write(path, layout, count)
    found = measure("bare", path), measure("ours", path)
    for each in found:
        if each["rows"] != count:
            sys.exit(f"{each['rows']} rows instead of {count}: the benchmark has measured something else")
    return found


def lines(count: int) -> Iterator[tuple[str, bool]]:
    with tempfile.TemporaryDirectory() as folder:
        for layout, kind in product(HEADINGS, KINDS):
            calamine, import_ = compared(layout, count, Path(folder), kind)
            ratio = import_["cpu"] / calamine["cpu"]
            holds = ratio <= MAX_RATIO and import_["mb"] <= MAX_MEGABYTES
            cost = [f"{each['cpu']:.2f} s CPU {each['mb']:.0f} MB" for each in (calamine, import_)]
            limits = f"at most {MAX_RATIO:g} times and {MAX_MEGABYTES:.0f} MB"
            line = f"layout {layout}, .{kind}, {count:,} rows: calamine {cost[0]}, import {cost[1]}"
            yield f"{line}: {ratio:.1f} times the CPU time ({limits})", holds


def main(arguments: list[str]) -> int:
    ways: dict[str, Any] = {"bare": bare, "ours": ours}
    if arguments and arguments[0] in ways:
        print(_report(ways[arguments[0]](Path(arguments[1]))))
        return 0
    missed = 0
    for line, holds in lines(int(arguments[0]) if arguments else ROWS):
        print(f"{'holds ' if holds else 'MISSED'} {line}")
        missed += not holds
    return min(1, missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
