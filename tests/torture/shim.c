/* Loaded before the C library: kills its process before or after the n-th fsync or fdatasync, once armed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

static int countdown = -1, behind;
static pid_t victim;

void torture_arm(int number, int after) {
    countdown = number;
    behind = after;
    victim = getpid();
}

static int synced(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int last = countdown > 0 && getpid() == victim && __sync_sub_and_fetch(&countdown, 1) == 0;
    if (last && !behind)
        kill(victim, SIGKILL);
    int said = real(file);
    if (last && behind)
        kill(victim, SIGKILL);
    return said;
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }
