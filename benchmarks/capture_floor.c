/* The floor of a capture: the same directories, readlinks and reads, and nothing done with them.
 *
 *     gcc -O2 -o capture_floor benchmarks/capture_floor.c && ./capture_floor
 *
 * Reads every process below /proc and every socket table of its own network namespace, as
 * netviz-capture does, and prints how many descriptors and bytes there were.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buffer[1 << 16];
static long long bytes;
static long descriptors;

static void read_file(const char *path)
{
    ssize_t got;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (file < 0)
        return;
    while ((got = read(file, buffer, sizeof buffer)) > 0)
        bytes += got;
    close(file);
}

static void read_process(const char *pid)
{
    /* Twice the stat: capture reads the start time before and after all else. */
    static const char *const files[] = {
        "stat", "status", "comm", "attr/current", "attr/apparmor/current", "cgroup", "stat"};
    static const char *const links[] = {"exe", "ns/net"};
    char path[512];
    struct dirent *entry;
    DIR *directory;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/proc/%s/%s", pid, files[i]);
        read_file(path);
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        snprintf(path, sizeof path, "/proc/%s/%s", pid, links[i]);
        if (readlink(path, buffer, sizeof buffer) > 0)
            bytes++;
    }
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    directory = opendir(path);
    if (!directory)
        return;
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.' &&
            readlinkat(dirfd(directory), entry->d_name, buffer, sizeof buffer) > 0)
            descriptors++;
    closedir(directory);
}

int main(void)
{
    static const char *const tables[] = {
        "tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6",
        "packet", "unix", "sctp/assocs", "sctp/eps", "snmp", "fib_trie", "if_inet6"};
    char path[512];
    struct dirent *entry;
    DIR *processes = opendir("/proc");

    if (!processes) {
        perror("/proc");
        return 1;
    }
    while ((entry = readdir(processes)))
        if (entry->d_name[strspn(entry->d_name, "0123456789")] == '\0')
            read_process(entry->d_name);
    closedir(processes);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(path, sizeof path, "/proc/self/net/%s", tables[i]);
        read_file(path);
    }
    printf("%ld descriptors, %lld bytes\n", descriptors, bytes);
    return 0;
}
