"""What keeps each line of docs/security.md true, and how to take it out.

``take_out_defences.py`` puts ``instead`` in the place of ``code``, and then the test has to fail.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defence:
    """``test`` holds what ``code`` in the module ``path`` does; with ``instead`` it has to fail.

    ``code`` stands there exactly once.
    """

    test: str
    path: str
    code: str
    instead: str


CAPTURE = "netviz/capture"
SNAPSHOT = "netviz/snapshot"

READING = (
    Defence(
        "tests/capture/test_capture_touches.py::test_it_opens_nothing_but_what_is_documented",
        f"{CAPTURE}/processes.py",
        'comm=_comm(proc.try_read(own + "/comm", "comm")),',
        'comm=_comm(proc.try_read(own + "/environ", "comm")),',
    ),
    Defence(
        "tests/capture/test_capture_touches.py::test_it_asks_for_nothing_else_either",
        f"{CAPTURE}/processes.py",
        'exe=_text(proc.try_readlink(holder + "/exe", "exe")),',
        'exe=_text(proc.try_readlink(holder + "/cwd", "exe")),',
    ),
    Defence(
        "tests/capture/test_capture_touches.py::test_it_follows_no_descriptor",
        f"{CAPTURE}/descriptors.py",
        "os.stat(name, dir_fd=handle, follow_symlinks=False)",
        "os.stat(name, dir_fd=handle)",
    ),
    Defence(
        "tests/capture/test_capture_touches.py::test_it_starts_nothing_and_connects_to_nothing",
        f"{CAPTURE}/host.py",
        "    host = _from_kernel() if live",
        '    os.system("true")\n    host = _from_kernel() if live',
    ),
    Defence(
        "tests/capture/test_capture_touches.py::test_it_writes_one_file_and_changes_nothing_else",
        f"{CAPTURE}/host.py",
        "    host = _from_kernel() if live",
        '    os.mkdir("/tmp/.nv") or os.rmdir("/tmp/.nv")\n    host = _from_kernel() if live',
    ),
    Defence(
        "tests/capture/test_capture_options.py::"
        "test_with_a_tree_nothing_of_the_running_kernel_is_asked",
        f"{CAPTURE}/namespace_writer.py",
        "self._write(namespace, namespace.holders, self._live)",
        "self._write(namespace, namespace.holders, True)",
    ),
    Defence(
        "tests/capture/test_capture_waits.py::test_a_fifo_in_place_of_a_file_is_not_waited_for",
        f"{CAPTURE}/procfs.py",
        "_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC",
        "_FLAGS = os.O_RDONLY | os.O_CLOEXEC",
    ),
    Defence(
        "tests/zipapp/test_running_the_archive.py::"
        "test_what_it_loads_is_the_standard_library_and_itself",
        "capture_zipapp/__main__.py",
        "    from netviz.capture.cli import main\n",
        "    import site\n\n    site.main()\n    import pip\n"
        "    from netviz.capture.cli import main\n",
    ),
    Defence(
        "tests/zipapp/test_lying_around.py::test_modules_beside_the_archive_are_not_loaded",
        "capture_zipapp/__main__.py",
        "    from netviz.capture.cli import main\n",
        '    sys.path.insert(0, "")\n    from netviz.capture.cli import main\n',
    ),
    Defence(
        "tests/capture/test_planted_links.py::test_a_link_that_somebody_else_planted_is_not_followed",
        f"{CAPTURE}/links.py",
        "and not _may_follow(path, folder):",
        "and False:",
    ),
    Defence(
        "tests/capture/test_planted_links.py::"
        "test_what_somebody_made_in_advance_stays_not_writable_by_all",
        f"{CAPTURE}/links.py",
        "return mode if old.st_uid == os.geteuid() else mode & usual",
        "return mode",
    ),
    Defence(
        "tests/capture/test_planted_links.py::test_what_somebody_kept_private_stays_private",
        f"{CAPTURE}/links.py",
        "return mode if old.st_uid == os.geteuid() else mode & usual",
        "return mode if old.st_uid == os.geteuid() else usual",
    ),
    Defence(
        "tests/capture/test_capture_output.py::test_no_room_leaves_the_old_file_and_nothing_else",
        f"{CAPTURE}/output.py",
        '    temporary = f"{target}.{binascii.hexlify(os.urandom(6)).decode()}.tmp"\n'
        "    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC\n",
        "    temporary = target\n    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC\n",
    ),
)

SECRETS = (
    Defence(
        "tests/capture/test_capture_names.py::test_the_command_line_is_there_only_on_request",
        f"{CAPTURE}/document.py",
        "    if cmdline:\n",
        "    if True:\n",
    ),
    Defence(
        "tests/cli/test_command_line_secrets.py::test_no_format_has_more_of_it",
        "netviz/fleet/interpreters.py",
        "return None if word is None else _named(word)[:LONGEST] or None",
        'return " ".join(argv)',
    ),
    Defence(
        "tests/cli/test_command_line_secrets.py::test_no_answer_has_more_of_it",
        "netviz/fleet/interpreters.py",
        "return None if word is None else _named(word)[:LONGEST] or None",
        'return " ".join(argv)',
    ),
    Defence(
        "tests/capture/test_capture_schema.py::test_a_capture_of_this_machine",
        f"{CAPTURE}/document.py",
        '    writer.pair("complete", True)\n',
        '    writer.pair("environment", dict(os.environ))\n    writer.pair("complete", True)\n',
    ),
    Defence(
        "tests/capture/test_planted_links.py::test_nobody_else_reads_a_snapshot_that_is_not_whole",
        f"{CAPTURE}/output.py",
        "os.open(temporary, flags, 0o600)",
        "os.open(temporary, flags, 0o666)",
    ),
)

RIGHTS = "tests/capture/test_capture_without_rights.py"

TARGET = (
    Defence(
        "tests/capture/test_capture_names.py::test_a_name_is_kept_whole_and_shifts_no_other_field",
        f"{CAPTURE}/processes.py",
        'raw[raw.rfind(b")") + 1 :].split()',
        'raw[raw.find(b")") + 1 :].split()',
    ),
    Defence(
        "tests/capture/test_capture_tables.py::test_random_bytes_never_break_the_document",
        f"{CAPTURE}/text.py",
        'ERRORS = "backslashreplace"',
        'ERRORS = "surrogateescape"',
    ),
    Defence(
        "tests/capture/test_capture_descriptors.py::test_links_that_only_look_like_sockets_are_none",
        f"{CAPTURE}/descriptors.py",
        'if link[:8] == "socket:[":',
        'if "socket:[" in link and keep(link[link.index("socket:[") :]):',
    ),
    Defence(
        "tests/capture/test_capture_pid_reuse.py::test_the_new_process_is_read_in_place_of_the_old",
        f"{CAPTURE}/processes.py",
        "if after.start == before.start:",
        "if True:",
    ),
    Defence(
        "tests/capture/test_capture_pid_reuse.py::"
        "test_a_process_that_vanishes_is_left_out_and_counted",
        f"{CAPTURE}/processes.py",
        '        proc.count("process", error, path)\n        return None\n',
        "        raise\n",
    ),
    Defence(
        "tests/capture/test_capture_memory.py::test_a_million_sockets_take_less_than_40_mb",
        f"{CAPTURE}/sockets.py",
        "text = read_twice(descriptor) if name in NUMBERED else chunks(descriptor)",
        'text = [b"".join(chunks(descriptor))]',
    ),
    Defence(
        "tests/capture/test_capture_memory.py::test_a_table_that_is_one_endless_line_takes_no_more",
        f"{CAPTURE}/addresses.py",
        "stream.readline(_LINE)",
        "stream.readline()",
    ),
    Defence(
        "tests/capture/test_capture_memory.py::"
        "test_a_million_sockets_of_one_process_are_sorted_in_little_memory",
        f"{CAPTURE}/descriptors.py",
        "    if len(inodes) <= BLOCK:\n",
        "    if True:\n",
    ),
    Defence(
        "tests/capture/test_capture_refusals.py::test_hidden_processes_are_told",
        f"{CAPTURE}/document.py",
        "    if hiding and not reader.may_trace():\n",
        "    if False:\n",
    ),
    Defence(
        f"{RIGHTS}::test_without_cap_sys_ptrace",
        f"{CAPTURE}/unseen.py",
        'unread = closed + problems.denied("fd")',
        "unread = closed",
    ),
    Defence(
        f"{RIGHTS}::test_in_a_user_namespace",
        f"{CAPTURE}/descriptors.py",
        "if error.errno in (errno.EACCES, errno.EPERM):",
        "if False:",
    ),
    Defence(
        f"{RIGHTS}::test_in_a_container",
        f"{CAPTURE}/unseen.py",
        "if hides_processes(reader.pid_namespace):",
        "if False:",
    ),
    Defence(
        f"{RIGHTS}::test_in_a_container_of_a_pod",
        "netviz/fleet/seen_holders.py",
        "if snapshot.format == 1 or hides_processes(snapshot.pid_namespace):",
        "if snapshot.format == 1:",
    ),
    Defence(
        "tests/capture/test_capture_memory.py::test_a_command_line_of_any_length_takes_no_more",
        f"{CAPTURE}/procfs.py",
        "while piece and len(text) < LARGEST:",
        "while piece:",
    ),
    Defence(
        "tests/join/test_unix_forgery.py::test_a_forged_socket_of_nobody_is_not_there",
        "netviz/fleet/unix_sample.py",
        "return inode in self.held and inode not in self.foreign",
        "return True",
    ),
    Defence(
        "tests/join/test_unix_forgery.py::test_a_forged_name_of_another_socket_is_not_believed",
        "netviz/fleet/unix_table.py",
        "UnixSocket(table, 0, False, connected, None, True)",
        "UnixSocket(table, kind, bool(flags & _ACCEPTS), connected, path)",
    ),
    Defence(
        "tests/join/test_unix_forgery.py::"
        "test_with_true_names_forged_lines_change_nothing_of_others",
        "netviz/fleet/unix_names.py",
        "    if not names:\n",
        "    if True:\n",
    ),
    Defence(
        "tests/join/test_unix_forgery.py::test_a_socket_has_one_peer",
        "netviz/join/unix_flows.py",
        "for one, other in sorted(peers.items()):",
        "for one, other in sorted(pair for pair in set(self.unix.peers) if all(pair)):",
    ),
    Defence(
        "tests/join/test_cgroup.py::test_a_path_of_any_length_is_read_at_once",
        "netviz/fleet/cgroup.py",
        'r"[^/]*:cri-containerd:{id}"',
        'r"(?:[^/]*/?)*:cri-containerd:{id}"',
    ),
    Defence(
        "tests/join/test_shared_addresses.py::test_two_answers_are_none",
        "netviz/join/shared_addresses.py",
        "if len(options) == 1:",
        "if options:",
    ),
    Defence(
        "tests/join/test_shared_addresses.py::test_ambiguous_without_a_pair_is_counted",
        "netviz/addresses.py",
        "return owners[0] if len(owners) == 1 else AMBIGUOUS",
        "return owners[0]",
    ),
    Defence(
        "tests/join/test_shared_addresses.py::test_mirrored_tuples_of_two_bridges_do_not_join",
        "netviz/addresses.py",
        "[: _UP_TO_MACHINE if inner else None]",
        "[:None]",
    ),
    Defence(
        "tests/join/test_reciprocal.py::test_loopback_stays_in_its_namespace",
        "netviz/addresses.py",
        "        if is_loopback(address):\n            return [namespace]\n",
        "",
    ),
    Defence(
        "tests/join/test_identity.py::test_null_boot_ids_merge_nothing",
        "netviz/fleet/fleet.py",
        '("boot", boot_id) if boot_id else ("sample", str(len(self.samples)))',
        '("boot", boot_id or "")',
    ),
    Defence(
        "tests/join/test_sctp_samples.py::test_addresses_of_an_association_do_not_multiply",
        "netviz/join/identity.py",
        "ends += [(least, there) for there in one.remote]",
        "ends += [(here, there) for there in one.remote for here in local]",
    ),
    Defence(
        "tests/join/test_shared_addresses.py::test_namespaces_of_a_machine_share_one_set_of_them",
        "netviz/fleet/ownership.py",
        "of_machines[tuple(record.machines)], kernels[record.kernel], None]",
        "frozenset(list(of_machines[tuple(record.machines)])), kernels[record.kernel], None]",
    ),
    Defence(
        "tests/join/test_identity.py::test_machines_that_look_alike_are_not_compared_in_pairs",
        "netviz/join/identity.py",
        "for number in _suspects(fleet, connected):",
        "for number in 2 * _suspects(fleet, connected):",
    ),
    Defence(
        "tests/join/test_identity.py::test_clone_that_runs_at_the_same_time_is_another",
        "netviz/fleet/machines.py",
        "return all(t is None or t >= int(gone) for t in booted)",
        "return True",
    ),
    Defence(
        "tests/join/test_translation.py::test_a_forged_entry_leads_to_no_listener_of_tcp",
        "netviz/join/nat.py",
        "if not servers and last.proto in CONNECTIONLESS and last.replied:",
        "if not servers and last.replied:",
    ),
)

SNAPSHOTS = (
    Defence(
        "tests/snapshot/test_bad_files.py::test_bad_file",
        f"{SNAPSHOT}/checks.py",
        'raise mismatch(where, "a list", value)',
        "return value  # type: ignore",
    ),
    Defence(
        "tests/snapshot/test_format2_faults.py::test_a_fault_is_named_with_its_place",
        f"{SNAPSHOT}/checks.py",
        'raise mismatch(where, "a text", value)',
        "return value  # type: ignore",
    ),
    Defence(
        "tests/snapshot/test_json_faults.py::test_depth_is_named",
        f"{SNAPSHOT}/strict_json.py",
        "if len(containers) >= MAX_DEPTH:",
        "if False:",
    ),
    Defence(
        "tests/snapshot/test_json_rules.py::test_an_orjson_that_can_crash_is_not_used",
        f"{SNAPSHOT}/documents.py",
        "FIRST_SAFE_ORJSON = (3, 9, 15)",
        "FIRST_SAFE_ORJSON = (3, 0, 0)",
    ),
    Defence(
        "tests/snapshot/test_json_rules.py::test_is_refused",
        f"{SNAPSHOT}/documents.py",
        "if _HALF_PAIR.search(text) or _may_be_too_deep(text):",
        "if False:",
    ),
    Defence(
        "tests/snapshot/test_json_rules.py::test_is_accepted_as",
        f"{SNAPSHOT}/strict_json.py",
        "container[keys.pop()] = value",
        "container.setdefault(keys.pop(), value)",
    ),
    Defence(
        "tests/snapshot/test_json_faults.py::test_says_where_and_what",
        f"{SNAPSHOT}/strict_json.py",
        "    if math.isinf(value):\n",
        "    if False:\n",
    ),
    Defence(
        "tests/snapshot/test_limits.py::test_a_file_that_is_too_large_says_which_option_reads_it",
        f"{SNAPSHOT}/files.py",
        'raise Fault(f"is larger than {size_text(size_limit)}", advice=LARGER)',
        'return b"".join(parts)',
    ),
    Defence(
        "tests/snapshot/test_limits.py::test_more_processes_than_a_kernel_runs",
        f"{SNAPSHOT}/processes2.py",
        "if len(entries) > MOST_PROCESSES:",
        "if False:",
    ),
    Defence(
        "tests/snapshot/test_limits.py::test_more_lists_and_objects_than_memory_holds",
        f"{SNAPSHOT}/load.py",
        'return document.count(b"[") + document.count(b"{") > MOST_CONTAINERS',
        "return False",
    ),
    Defence(
        "tests/snapshot/test_limits.py::test_a_name_that_is_longer_than_any",
        f"{SNAPSHOT}/checks.py",
        "if value is not None and most is not None and len(value) > most:",
        "if False:",
    ),
    Defence(
        "tests/join/test_cgroup.py::test_a_name_that_no_directory_has_is_no_unit",
        "netviz/fleet/cgroup.py",
        ' or path == "/" or has_impossible_name(path):',
        ' or path == "/":',
    ),
    Defence(
        "tests/join/test_names_as_ids.py::test_the_id_of_a_group_is_bounded",
        "netviz/ids.py",
        "if len(literal) <= LONGEST_PART:",
        "if True:",
    ),
    Defence(
        "tests/snapshot/test_limits.py::test_an_inode_of_400_digits",
        f"{SNAPSHOT}/checks.py",
        "            if integer(value, where(index)) is None:\n",
        "            if value is None:\n",
    ),
    Defence(
        "tests/snapshot/test_limits.py::test_a_line_that_is_longer_than_any_is_not_taken_apart",
        "netviz/parsers/sctp.py",
        "if len(line) > LONGEST_LINE:",
        "if False:",
    ),
    Defence(
        "tests/snapshot/test_snapshot_files.py::test_gzip_bomb",
        f"{SNAPSHOT}/files.py",
        "inflater.decompress(step, size_limit + 1 - size)",
        "inflater.decompress(step)",
    ),
    Defence(
        "tests/snapshot/test_snapshot_files.py::test_device",
        f"{SNAPSHOT}/files.py",
        "if not stat.S_ISREG(status.st_mode) and not stat.S_ISFIFO(status.st_mode):",
        "if False:",
    ),
    Defence(
        "tests/snapshot/test_snapshot_files.py::test_pipe_that_nobody_writes_to_is_not_waited_for",
        f"{SNAPSHOT}/files.py",
        "os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK",
        "os.O_RDONLY | os.O_CLOEXEC",
    ),
    Defence(
        "tests/snapshot/test_format2_faults.py::test_text_from_the_file_is_escaped_and_shortened",
        f"{SNAPSHOT}/faults.py",
        "short = text if len(text) <= SHOWN else",
        "short = text if True else",
    ),
    Defence(
        "tests/cli/test_command_exits.py::test_control_characters_in_an_error_are_escaped",
        "netviz/cli/exits.py",
        """tell("".join(c if c.isprintable() or c == "\\n" else ascii(c)[1:-1] for c in text))""",
        "tell(text)",
    ),
    Defence(
        "tests/snapshot/test_snapshot_files.py::test_name_with_control_characters_is_escaped",
        f"{SNAPSHOT}/load.py",
        "error = SnapshotError(source, fault.what,",
        "error = SnapshotError(name, fault.what,",
    ),
    Defence(
        "tests/cli/test_hostile_names.py::test_no_file_is_made_and_no_terminal_steered",
        "netviz/render/text.py",
        "return text if text.isprintable() else _HIDDEN.sub(_shown, text)",
        "return text",
    ),
    Defence(
        "tests/cli/test_explain_command.py::test_no_name_can_steer_the_terminal",
        "netviz/render/explanation.py",
        '"\\n".join(map(visible, _lines(one)))',
        '"\\n".join(_lines(one))',
    ),
    Defence(
        "tests/render/test_dot_escaping.py::test_a_hostile_name_is_shown_as_text",
        "netviz/render/dot_text.py",
        "(rest.translate(_HTML) if _SPECIAL.search(rest) else rest)",
        "rest",
    ),
    Defence(
        "tests/render/test_dot_escaping.py::test_ids_are_opaque",
        "netviz/render/dot.py",
        '{node.id: f"n{number}" for number, node in enumerate(graph.nodes, 1)}',
        "{node.id: f'\"{node.id}\"' for node in graph.nodes}",
    ),
    Defence(
        "tests/render/test_all_formats.py::test_graphml_in_networkx",
        "netviz/render/graphml.py",
        "{escape(text)}</data>",
        "{text}</data>",
    ),
    Defence(
        "tests/render/test_all_formats.py::test_mermaid",
        "netviz/render/mermaid.py",
        "one if one.isalnum() or one in _PLAIN else",
        "one if True else",
    ),
    Defence(
        "tests/render/test_all_formats.py::test_table",
        "netviz/render/columns.py",
        "Text(text).wrap(",
        "Text.from_markup(text).wrap(",
    ),
    Defence(
        "tests/render/test_columns.py::test_no_cell_is_a_formula",
        "netviz/render/columns.py",
        'return f"\'{shown}" if shown.lstrip(" \'").startswith(_FORMULA) else shown',
        "return shown",
    ),
    Defence(
        "tests/render/test_json_document.py::"
        "test_lone_surrogates_are_written_out_and_the_rest_is_kept",
        "netviz/render/text.py",
        "return _SURROGATE.sub(lambda found: _escape(found.group()), text)",
        "return text",
    ),
    Defence(
        "tests/page/test_page_file.py::test_names_of_machines_are_no_markup",
        "netviz/render/html.py",
        '.replace("<", "\\\\u003c")',
        "",
    ),
    Defence(
        "tests/page/test_page_in_browser.py::test_hostile_names_are_shown_and_do_nothing",
        "netviz/render/page/text.js",
        "element.append(child instanceof Node ? child : String(child));",
        "if (child instanceof Node) element.append(child); else element.innerHTML += child;",
    ),
    Defence(
        "tests/page/test_page_file.py::test_policy_allows_what_is_in_the_page_and_nothing_else",
        "netviz/render/html.py",
        "\"default-src 'none'; \"",
        '"default-src *; "',
    ),
    Defence(
        "tests/page/test_page_file.py::test_large_level_has_no_drawing",
        "netviz/render/html_pictures.py",
        "if len(graph.nodes) > MOST_NODES or len(bundles(graph)) > MOST_LINES:\n",
        "if False:\n",
    ),
    Defence(
        "tests/render/test_picture_programs.py::test_a_dot_that_is_too_slow_is_stopped",
        "netviz/render/picture.py",
        "return run(command, timeout=time_limit, **given)",
        "return run(command, timeout=None, **given)",
    ),
    Defence(
        "tests/render/test_picture_programs.py::test_the_message_of_a_failing_dot_is_trimmed",
        "netviz/render/picture.py",
        'return shortened(" ".join(said), _LONGEST_MESSAGE)',
        'return " ".join(said)',
    ),
    Defence(
        "tests/cli/test_levels.py::test_large_picture_is_coarser_and_says_so",
        "netviz/readable.py",
        "if services <= MOST_NODES:",
        "if services:",
    ),
    Defence(
        "tests/join/test_names_as_ids.py::test_a_name_that_looks_like_the_id_of_another",
        "netviz/ids.py",
        "name.translate(_SEPARATORS) +",
        "name +",
    ),
    Defence(
        "tests/join/test_loop_bounds.py::test_a_set_of_samples_that_was_not_made_is_refused",
        "netviz/loops/samples.pxi",
        """        cdef list found = []
        if sightings > <uint32_t>len(self._samples):
""",
        """        cdef list found = []
        if False:
""",
    ),
    Defence(
        "tests/diff/test_lasting_names.py::test_names_of_any_length_are_read_at_once",
        "netviz/diff/lasting.py",
        r"[^\s@-]+:\d+-[^\s@-]+:\d+",
        r"\S+:\d+-\S+:\d+",
    ),
    Defence(
        "tests/diff/test_compared_listeners.py::"
        "test_a_port_on_any_number_of_addresses_is_soon_folded",
        "netviz/diff/side.py",
        "side.listeners.setdefault(place, set()).add(_address(listener))",
        "side.listeners[place] = side.listeners.get(place, set()) | {_address(listener)}",
    ),
    Defence(
        "tests/diff/test_flows_document.py::test_what_is_wrong_is_said",
        "netviz/diff/flows_document.py",
        "        if end not in nodes:\n",
        "        if False:\n",
    ),
    Defence(
        "tests/join/test_translation.py::test_forged_entries_do_not_keep_the_join_busy",
        "netviz/join/nat.py",
        "        if self._followed[client] > MOST_WAYS:\n            return []\n",
        "",
    ),
    Defence(
        "tests/join/test_translation.py::test_two_different_answers_are_ambiguous",
        "netviz/join/nat.py",
        "if len(ends) > 1 or self._followed[client] > MOST_WAYS:",
        "if self._followed[client] > MOST_WAYS:",
    ),
    Defence(
        "tests/join/test_sctp_sets.py::test_forged_tables_do_not_keep_the_join_busy",
        "netviz/join/sctp_pairs.py",
        "if sum(map(len, shortest)) > MOST_OPTIONS:",
        "if False:",
    ),
    Defence(
        "tests/join/test_crafted_keys.py::test_each_process_has_a_secret_of_its_own",
        "netviz/loops/hash_map.pxi",
        'SECRETS = struct.unpack("=12I", os.urandom(48))',
        'SECRETS = struct.unpack("=12I", bytes(48))',
    ),
    Defence(
        "tests/join/test_crafted_keys.py::test_inodes_that_share_a_slot_where_there_is_no_secret",
        "netviz/loops/hash_map.pxi",
        'SECRETS = struct.unpack("=12I", os.urandom(48))',
        'SECRETS = struct.unpack("=12I", bytes(48))',
    ),
)

GATHER = "netviz/gather"
GATHERED = "tests/gather/test_gather"

HOSTS = (
    Defence(
        f"{GATHERED}_command.py::test_what_ssh_is_told",
        f"{GATHER}/ssh.py",
        '    "RemoteCommand=none",',
        '    "StrictHostKeyChecking=no",\n    "RemoteCommand=none",',
    ),
    Defence(
        f"{GATHERED}_hosts.py::test_what_could_be_something_else_is_refused",
        f"{GATHER}/host.py",
        'if text.startswith("-") or "@-" in text or "//-" in text:',
        'if "@-" in text or "//-" in text:',
    ),
    Defence(
        f"{GATHERED}_hosts.py::test_no_two_hosts_share_a_file_and_none_leaves_the_folder",
        f"{GATHER}/host.py",
        'part.decode() if _PLAIN.fullmatch(part) and (n or part != b".") else',
        "part.decode() if part.isascii() else",
    ),
    Defence(
        f"{GATHERED}_command.py::test_a_snapshot_of_each_host",
        f"{GATHER}/snapshot_file.py",
        "PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700",
        "PRIVATE_FILE, PRIVATE_FOLDER = 0o644, 0o700",
    ),
    Defence(
        f"{GATHERED}_command.py::test_a_failure_leaves_the_old_file_and_no_half_one",
        f"{GATHER}/one_host.py",
        "wrong = await asyncio.to_thread(what_is_wrong, temporary)",
        "wrong = None",
    ),
    Defence(
        f"{GATHERED}_reasons.py::test_the_report_has_a_reason_for_each",
        f"{GATHER}/exchange.py",
        "if len(self._before) > MOST_BEFORE:",
        "if False:",
    ),
    Defence(
        f"{GATHERED}_reasons.py::test_the_report_has_a_reason_for_each",
        f"{GATHER}/one_host.py",
        "await asyncio.wait_for(exchange.run(), timeout)",
        "await exchange.run()",
    ),
    Defence(
        f"{GATHERED}_reasons.py::test_a_host_that_sends_without_end_is_cut_off",
        f"{GATHER}/exchange.py",
        "if self.size > MOST_OUTPUT:",
        "if False:",
    ),
    Defence(
        f"{GATHERED}_reasons.py::test_long_words_are_cut",
        f"{GATHER}/reasons.py",
        "return text if len(text) <= LONGEST_QUOTE else",
        "return text if True else",
    ),
    Defence(
        f"{GATHERED}_reasons.py::test_words_of_any_length_are_read_at_once",
        f"{GATHER}/reasons.py",
        r"No \S+ host key is known",
        "No .* host key is known",
    ),
    Defence(
        f"{GATHERED}_password.py::test_a_wrong_one_is_told_once",
        f"{GATHER}/exchange.py",
        "if asked_before:  # another try could lock the account",
        "if False:",
    ),
    Defence(
        f"{GATHERED}_password.py::test_a_sudo_that_asks_for_none_is_told_none",
        f"{GATHER}/exchange.py",
        "        line = self._token.encode()",
        "        if self._password is not None:\n"
        '            process.stdin.write(self._password.encode() + b"\\n")\n'
        "        line = self._token.encode()",
    ),
    Defence(
        f"{GATHERED}_on_target.py::test_nothing_is_written_and_nothing_of_the_users_is_imported",
        f"{GATHER}/remote_command.py",
        """'exec {become}"$p" -I -B""",
        """'exec {become}"$p" -B""",
    ),
)

ANONYMIZE = "netviz/anonymize"

GIVEN_AWAY = (
    Defence(
        "tests/anonymize/test_allow_list.py::test_a_text_at_any_place",
        f"{ANONYMIZE}/processes.py",
        "security=None if process.security is None else replaced_label(names, process.security),",
        "security=process.security,",
    ),
    Defence(
        "tests/anonymize/test_allow_list.py::test_a_key_at_any_place",
        f"{ANONYMIZE}/namespace.py",
        "return replaced_conntrack(text, self.pseudonyms.addresses)\n        return None",
        "return replaced_conntrack(text, self.pseudonyms.addresses)\n        return text, 0",
    ),
    Defence(
        "tests/anonymize/test_tables_replaced.py::"
        "test_what_follows_a_socket_on_its_line_is_left_out",
        f"{ANONYMIZE}/inet_table.py",
        "return table(name, lines), columns.bad.count",
        "return text if not columns.bad.count else table(name, lines), columns.bad.count",
    ),
    Defence(
        "tests/cli/test_anonymize_command.py::test_the_map_is_private_and_says_everything",
        "netviz/cli/output.py",
        "_replace_file(_resolved(target), content, None, 0o600)",
        "_replace_file(_resolved(target), content, None)",
    ),
    Defence(
        "tests/cli/test_anonymize_command.py::"
        "test_a_map_that_others_could_read_is_private_afterwards",
        "netviz/cli/output.py",
        "_replace_file(_resolved(target), content, None, 0o600)",
        "_replace_file(_resolved(target), content, target.stat(), 0o600)",
    ),
    Defence(
        "tests/cli/test_anonymize_command.py::test_the_map_is_not_given_away",
        "netviz/cli/anonymize.py",
        "if target in (map_file, *map_file.parents):",
        "if target == map_file.parent:",
    ),
    Defence(
        "tests/anonymize/test_map_file.py::test_a_bad_map",
        f"{ANONYMIZE}/map_file.py",
        'raise Fault(f"is not {2 * KEY_SIZE} hexadecimal digits", "key")',
        'raise Fault(f"is not {2 * KEY_SIZE} hexadecimal digits: {text}", "key")',
    ),
    Defence(
        "tests/anonymize/test_cgroup_replacement.py::test_a_name_that_no_directory_has_is_left_out",
        f"{ANONYMIZE}/cgroup.py",
        " or has_impossible_name(path):",
        ":",
    ),
)

IMPORTING = "netviz/importing"
SS_NAMES = "tests/importing/test_ss_hostile_names.py"
COPIES = "tests/importing/test_proc_copies.py"
REPORTS = "tests/importing/test_sosreports.py"

IMPORTS = (
    Defence(
        f"{SS_NAMES}::test_no_other_pid_is_ever_taken",
        f"{IMPORTING}/ss_users.py",
        """if following == ")" and '"' not in text[position:]:""",
        'if following == ")":',
    ),
    Defence(
        f"{SS_NAMES}::test_no_entry_of_older_versions_is_taken_from_a_name",
        f"{IMPORTING}/ss_users.py",
        """(?P<rest>[^"]*)')""",
        """(?P<rest>.*)')""",
    ),
    Defence(
        f"{SS_NAMES}::test_a_process_that_imitates_columns",
        f"{IMPORTING}/ss_unix.py",
        "if not all(map(_DETAIL.fullmatch, details.split())):",
        "if False:",
    ),
    Defence(
        f"{SS_NAMES}::test_lines_within_a_name_are_not_believed",
        f"{IMPORTING}/ss_lines.py",
        "suspect_until = max(suspect_until, start + len(line) + LONGEST_NAME)",
        "suspect_until = start",
    ),
    Defence(
        "tests/importing/test_hostile_sources.py::test_long_lines_take_no_longer_than_their_length",
        f"{IMPORTING}/ss_unix.py",
        "if not all(map(_DETAIL.fullmatch, details.split())):",
        r"""if not re.fullmatch(r'(?:[0-9]+|\w+:[^\s"]*|\s)*', details):""",
    ),
    Defence(
        "tests/importing/test_hostile_sources.py::"
        "test_any_number_of_pipes_of_one_process_is_soon_read",
        f"{IMPORTING}/machine.py",
        "pipes = self._pipes.setdefault(pid, {})",
        "pipes = self._pipes[pid] = dict(sorted(self._pipes.get(pid, {}).items()))",
    ),
    Defence(
        f"{COPIES}::test_nothing_outside_is_read",
        f"{IMPORTING}/copied_procfs.py",
        "if not path or self._is_inside(os.path.realpath(directory)):",
        "if True:",
    ),
    Defence(
        f"{COPIES}::test_devices_and_pipes_are_not_opened",
        f"{IMPORTING}/copied_procfs.py",
        "if not stat.S_ISREG(status.st_mode) or",
        "if",
    ),
    Defence(
        f"{COPIES}::test_files_as_large_as_a_disk",
        f"{IMPORTING}/copied_procfs.py",
        "if len(text) > LARGEST_SMALL_FILE:",
        "if False:",
    ),
    Defence(
        f"{COPIES}::test_nothing_of_who_imports_is_in_it",
        f"{IMPORTING}/proc_tree.py",
        "euid=None,",
        "euid=snapshot.euid,",
    ),
    Defence(
        f"{REPORTS}::test_names_and_members_of_an_archive_that_lead_out_of_it",
        f"{IMPORTING}/report_files.py",
        "if not member.isreg() or",
        "if",
    ),
    Defence(
        f"{REPORTS}::test_headers_as_large_as_the_memory",
        f"{IMPORTING}/report_files.py",
        "if self.type in _HEADERS and",
        "if False and",
    ),
    Defence(
        f"{REPORTS}::test_sizes_are_bounded",
        f"{IMPORTING}/report_files.py",
        "if self._size > LARGEST_REPORT:",
        "if False:",
    ),
    Defence(
        f"{REPORTS}::test_an_archive_that_is_cut_short",
        f"{IMPORTING}/report_files.py",
        "if not self._last or self._last.strip(",
        "if not self._last and self._last.strip(",
    ),
    Defence(
        f"{REPORTS}::test_links_and_devices_in_a_folder",
        f"{IMPORTING}/report_files.py",
        "os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK",
        "os.O_RDONLY | os.O_NONBLOCK",
    ),
)

BUILDS = (
    Defence(
        "tests/zipapp/test_reproducible_archive.py::"
        "test_folder_time_umask_and_modes_change_nothing",
        "build/make_capture_pyz.py",
        "entry.external_attr = MODE << 16",
        "entry.external_attr = (MODE & ~os.umask(0)) << 16",
    ),
    Defence(
        "tests/project/test_reproducible_builds.py::test_the_source_archive",
        "setup.py",
        "    member.mtime = 0\n",
        "",
    ),
    Defence(
        "tests/project/test_release_files.py::test_the_notes_have_the_hash_of_the_capture",
        "build/release_notes.py",
        "hashlib.sha256(path.read_bytes())",
        "hashlib.sha256(b'')",
    ),
    Defence(
        "tests/project/test_release_files.py::test_each_requirement_is_pinned_and_hashed",
        "build/requirements-release.txt",
        "\nsetuptools==",
        "\nsetuptools>=",
    ),
    Defence(
        "tests/zipapp/test_what_may_be_packed.py::"
        "test_a_module_that_would_not_run_everywhere_is_refused",
        "build/make_capture_pyz.py",
        'elif module.split(".")[0] not in allowed:',
        "elif False:",
    ),
)

DEFENCES = (*READING, *SECRETS, *TARGET, *SNAPSHOTS, *HOSTS, *GIVEN_AWAY, *IMPORTS, *BUILDS)
