// Preloaded into a gateway: makes calls on files of its data directory fail or take long, and its
// date jump. What is to happen stands in a file that torture and gateway map
// (SLUICE_TORTURE_CONTROL); shim.py has the same layout. System calls are made directly: nothing
// here depends on what else is loaded, or how early it is called.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

namespace {

// One kind of call. Of those on files of the data directory, every `every`-th (0: none) sleeps
// `delay_us` and then, if `error` is one, fails with it. `struck` counts these.
struct Fault {
  int64_t every;
  int64_t error;
  int64_t delay_us;
  int64_t calls;
  int64_t struck;
};

struct Control {
  int64_t clock_offset_ns;
  Fault write;
  Fault sync;
  Fault read;
};

char data_directory[256];

Control* Map() {
  const char* path = getenv("SLUICE_TORTURE_CONTROL");
  const char* data = getenv("SLUICE_TORTURE_DATA");
  if (path == nullptr || data == nullptr || strlen(data) >= sizeof(data_directory)) return nullptr;
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0));
  if (fd < 0) return nullptr;
  void* map = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (map == MAP_FAILED) return nullptr;
  memcpy(data_directory, data, strlen(data) + 1);
  return static_cast<Control*>(map);
}

Control* control = nullptr;
__attribute__((constructor)) void Begin() { control = Map(); }

int64_t Load(const int64_t& value) { return __atomic_load_n(&value, __ATOMIC_RELAXED); }

bool IsOfData(int fd) {
  char link[40];
  char path[512];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const long got = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof(path));
  const size_t length = strlen(data_directory);
  return got > static_cast<long>(length) && memcmp(path, data_directory, length) == 0;
}

// The error with which this call fails; 0: it goes on.
int Strike(Fault Control::*kind, int fd) {
  if (control == nullptr) return 0;
  Fault& fault = control->*kind;
  const int64_t every = Load(fault.every);
  if (every == 0 || !IsOfData(fd)) return 0;
  if (__atomic_add_fetch(&fault.calls, 1, __ATOMIC_RELAXED) % every != 0) return 0;
  __atomic_add_fetch(&fault.struck, 1, __ATOMIC_RELAXED);
  const int64_t delay = Load(fault.delay_us);
  if (delay > 0) {
    const timespec pause{delay / 1000000, delay % 1000000 * 1000};
    syscall(SYS_nanosleep, &pause, nullptr);
  }
  return static_cast<int>(Load(fault.error));
}

template <typename... Arguments>
long Call(Fault Control::*kind, long number, int fd, Arguments... arguments) {
  if (const int error = Strike(kind, fd)) {
    errno = error;
    return -1;
  }
  return syscall(number, fd, arguments...);
}

}  // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return Call(&Control::write, SYS_pwrite64, fd, data, size, at);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return pwrite64(fd, data, size, at);
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return static_cast<int>(
      Call(&Control::write, SYS_fallocate, fd, static_cast<long>(mode), at, size));
}
int fallocate(int fd, int mode, off_t at, off_t size) { return fallocate64(fd, mode, at, size); }
int fdatasync(int fd) { return static_cast<int>(Call(&Control::sync, SYS_fdatasync, fd)); }
int fsync(int fd) { return static_cast<int>(Call(&Control::sync, SYS_fsync, fd)); }
ssize_t pread64(int fd, void* data, size_t size, off64_t at) {
  return Call(&Control::read, SYS_pread64, fd, data, size, at);
}
ssize_t pread(int fd, void* data, size_t size, off_t at) { return pread64(fd, data, size, at); }

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (result != 0 || control == nullptr || clock != CLOCK_REALTIME) return result;
  const int64_t at =
      now->tv_sec * INT64_C(1000000000) + now->tv_nsec + Load(control->clock_offset_ns);
  now->tv_sec = at / 1000000000;
  now->tv_nsec = at % 1000000000;
  return 0;
}
}
