#include "base/status.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sluice {
namespace {

constexpr std::array<std::string_view, 12> kNames = {
    "ok",          "invalid argument",  "not found", "already exists",
    "corruption",  "i/o error",         "no space",  "resource exhausted",
    "unavailable", "permission denied", "cancelled", "unimplemented",
};

StatusCode CodeOfErrno(int error_number) {
  switch (error_number) {
    case ENOENT:
      return StatusCode::kNotFound;
    case ENOSPC:
    case EDQUOT:
      return StatusCode::kNoSpace;
    case EACCES:
    case EPERM:
      return StatusCode::kPermissionDenied;
    case EEXIST:
      return StatusCode::kAlreadyExists;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return StatusCode::kResourceExhausted;
    default:
      return StatusCode::kIoError;
  }
}

}  // namespace

std::string_view StatusCodeName(StatusCode code) { return kNames.at(static_cast<size_t>(code)); }

Status Status::FromErrno(int error_number, std::string_view what) {
  return {CodeOfErrno(error_number), std::string(what) + ": " + std::strerror(error_number)};
}

std::string Status::ToString() const {
  if (ok()) return "ok";
  return std::string(StatusCodeName(code_)) + ": " + message_;
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "sluice: check failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace sluice
