"""Ansible inventories: the same hosts as Ansible itself finds, or a clear refusal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable

from netviz.errors import NetvizError
from netviz.gather import inventory_yaml
from netviz.gather.host import Host
from netviz.gather.inventory import read_inventory

YAML = """
all:
  vars:
    ansible_user: everybody
    secret: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6162
  hosts:
    lonely.example.com:
  children:
    web:
      hosts:
        web[01:03].example.com:
        web-a:
          ansible_host: 10.0.0.1
          ansible_port: 2222
          ansible_user: root
      vars:
        ansible_port: 22022
    shop:
      children:
        web:
        db:
      vars:
        ansible_user: shopkeeper
        ansible_port: 1022
    db:
      hosts:
        db-[a:c]:
          ansible_ssh_host: db.example.com
"""

INI = """
lonely.example.com

[web]
web[01:03].example.com
web-a ansible_host=10.0.0.1 ansible_port=2222 ansible_user="root"  # the old one

[web:vars]
ansible_port=22022

; the shop
[shop:children]
web
db

[shop:vars]
ansible_user = shopkeeper
ansible_port = 1022

[db]
db-[a:c] ansible_ssh_host=db.example.com

[all:vars]
ansible_user=everybody
"""

HOSTS = {
    Host("lonely.example.com", "lonely.example.com", "everybody", None),
    *(
        Host(name, name, "shopkeeper", 22022)
        for name in map("web{:02}.example.com".format, (1, 2, 3))
    ),
    Host("web-a", "10.0.0.1", "root", 2222),
    *(Host(f"db-{letter}", "db.example.com", "shopkeeper", 1022) for letter in "abc"),
}

FILES = [("inventory.yml", YAML), ("inventory.ini", INI), ("hosts", INI)]


BOMB = "g0: &g0 {hosts: {web1: }}\n" + "".join(
    f"g{n}: &g{n} {{children: {{a{n}: *g{n - 1}, b{n}: *g{n - 1}}}}}\n" for n in range(1, 40)
)
"""Forty groups, each of which has the one before twice."""


@pytest.mark.parametrize(("name", "text"), FILES)
def test_groups_ranges_and_variables(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    found = read_inventory(str(path))
    assert set(found) == HOSTS
    assert len(found) == len(HOSTS)


@pytest.mark.parametrize(("name", "text"), FILES[:2])
def test_ansible_finds_the_same(tmp_path: Path, name: str, text: str) -> None:
    ansible = shutil.which("ansible-inventory")
    if ansible is None:
        unavailable("ansible-inventory is not installed")
    path = tmp_path / name
    path.write_text(text)
    command = [ansible, "-i", str(path), "--list"]
    listed = subprocess.run([*command, "--yaml"], check=True, capture_output=True, text=True)
    (tmp_path / "listed.yml").write_text(listed.stdout)
    assert set(read_inventory(str(tmp_path / "listed.yml"))) == HOSTS
    asked = subprocess.run(command, check=True, capture_output=True, text=True)
    variables = json.loads(asked.stdout)["_meta"]["hostvars"]
    assert {
        Host(
            host,
            known.get("ansible_host") or known.get("ansible_ssh_host") or host,
            known.get("ansible_user"),
            known.get("ansible_port"),
        )
        for host, known in variables.items()
    } == HOSTS


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("i.yml", "all: [web1]", "all: expected names with a colon"),
        ("i.yml", "- web1", "holds no groups"),
        ("i.yml", "all:\n  hosts:\n web1: [", "line 3: is no YAML"),
        ("i.yml", "all:\n  host:\n    web1:", "group all: host is none of hosts, vars, children"),
        ("i.yml", "_meta: {hostvars: {}}", "without --yaml"),
        ("i.yml", "a: &a {children: {b: *a}}", "has more than 1000000 groups and hosts"),
        ("i.yml", BOMB, "has more than 1000000 groups and hosts"),
        (
            "i.yml",
            "all: {hosts: {web1: {ansible_host: '{{ x }}'}}}",
            "ansible_host is no plain text",
        ),
        ("i.yml", "all: {hosts: {web1: {ansible_host: !vault x}}}", None),
        ("i.yml", "all: {hosts: {web1: {ansible_port: 70000}}}", "ansible_port is no port"),
        ("i.yml", "all: {hosts: {web1: {ansible_host: -oBad}}}", "host web1: "),
        ("i.yml", "all: {hosts: {'web[5:1]': }}", "the range in web[5:1] is empty"),
        ("i.yml", "all: {hosts: {'web[a:5]': }}", "has no range that can be counted"),
        ("i.yml", "all: {hosts: {'[1:999][1:999]': }}", "more than 100000 hosts"),
        ("i.yml", "all: {hosts: {'web[1:9999999]': }}", "more than 100000 hosts"),
        ("i.yml", "all: {hosts: {}}", "names no host"),
        ("i.yml", "a: {children: {b: {children: {a: }}}}", "inside of itself"),
        ("i.yml", "a: " + "[" * 100_000, "is no YAML"),
        ("i.sh", "#!/bin/sh\necho", "is a program"),
        ("i.ini", "[web:wars]\n", "line 1: wars is none of"),
        ("i.ini", "[web]\nweb1 port\n", "line 2: port is no NAME=VALUE"),
        ("i.ini", "[web]\nweb1 'port\n", "line 2: No closing quotation"),
        ("i.ini", "[web]\n-oBad\n", "host -oBad"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, name: str, text: str, said: str | None
) -> None:
    path = tmp_path / name
    path.write_text(text)
    if said is None:  # an encrypted value is nothing that could be used
        assert read_inventory(str(path)) == [Host("web1", "web1")]
        return
    with pytest.raises(NetvizError) as refused:
        read_inventory(str(path))
    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)
    assert str(refused.value).count("\n") <= 1


def test_one_name_is_a_mapping_too(tmp_path: Path) -> None:
    path = tmp_path / "i.yml"
    path.write_text("all: {hosts: web1, children: {db: {hosts: {db1: , db2: }}}}")
    assert {host.name for host in read_inventory(str(path))} == {"web1", "db1", "db2"}


def test_a_text_that_is_too_long_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_yaml, "MOST_TEXT", len(YAML) - 1)
    path = tmp_path / "i.yml"
    path.write_text(YAML)
    with pytest.raises(NetvizError, match=f"has more than {len(YAML) - 1} characters"):
        read_inventory(str(path))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetvizError, match=r"is a directory\n.*ansible-inventory --list --yaml"):
        read_inventory(str(tmp_path))


def test_without_pyyaml_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    path = tmp_path / "i.yml"
    path.write_text(YAML)
    with pytest.raises(NetvizError, match=r"pip install 'netviz-flows\[inventory\]'"):
        read_inventory(str(path))
    (tmp_path / "i.ini").write_text(INI)
    assert set(read_inventory(str(tmp_path / "i.ini"))) == HOSTS
