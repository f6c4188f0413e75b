/* Loaded before the C library. Once armed, it kills its process before or after the n-th fsync or fdatasync. Where $FAULTS
 * names a file, the file says at any time what fails: an error number for fsync, one for writes to files, and how many seconds
 * the clock on the wall is off. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct faults {
    int32_t fsync, write;
    int64_t clock;
};

static int countdown = -1, behind;
static pid_t victim;
static const struct faults none, *volatile mapped;

void torture_arm(int number, int after) {
    countdown = number;
    behind = after;
    victim = getpid();
}

static const struct faults *faults(void) {
    if (!mapped) {
        const char *name = getenv("FAULTS");
        int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
        if (file >= 0)
            close(file);
        mapped = page == MAP_FAILED ? &none : page;
    }
    return mapped;
}

static int synced(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int last = countdown > 0 && getpid() == victim && __sync_sub_and_fetch(&countdown, 1) == 0;
    if (last && !behind)
        kill(victim, SIGKILL);
    if (faults()->fsync) {
        errno = faults()->fsync;
        return -1;
    }
    int said = real(file);
    if (last && behind)
        kill(victim, SIGKILL);
    return said;
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }

/* Standard streams are left alone: the log tells what happens. */
static int refused(int file) {
    struct stat is;
    if (!faults()->write || file <= STDERR_FILENO || fstat(file, &is) || !S_ISREG(is.st_mode))
        return 0;
    errno = faults()->write;
    return 1;
}

#define WRITES(name, with, given)                                                                                                 \
    ssize_t name with {                                                                                                           \
        static ssize_t(*real) with;                                                                                               \
        if (refused(file))                                                                                                        \
            return -1;                                                                                                            \
        if (!real)                                                                                                                \
            real = (ssize_t(*) with)dlsym(RTLD_NEXT, #name);                                                                      \
        return real given;                                                                                                        \
    }
WRITES(write, (int file, const void *octets, size_t count), (file, octets, count))
WRITES(pwrite, (int file, const void *octets, size_t count, off_t at), (file, octets, count, at))
WRITES(pwrite64, (int file, const void *octets, size_t count, off64_t at), (file, octets, count, at))

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int said = real(clock, now);
    if (clock == CLOCK_REALTIME)
        now->tv_sec += faults()->clock;
    return said;
}
