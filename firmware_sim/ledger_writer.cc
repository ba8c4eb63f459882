#include "firmware_sim/ledger_writer.h"

#include <fmt/format.h>

namespace sluice::fleet {

Result<std::unique_ptr<LedgerWriter>> LedgerWriter::Open(Env& env, const std::string& path,
                                                         bool append) {
  uint64_t size = 0;
  if (env.Exists(path)) {
    Result<uint64_t> found = env.FileSize(path);
    if (!found.ok()) return found.status();
    size = *found;
  }
  if (size > 0 && !append) {
    return Status(StatusCode::kAlreadyExists,
                  fmt::format("{} has content; name another file, or add a run to it with --append "
                              "and a --first-seq that was never used",
                              path));
  }
  Result<std::unique_ptr<WritableFile>> file = env.OpenWritable(path);
  if (!file.ok()) return file.status();
  std::unique_ptr<LedgerWriter> writer(new LedgerWriter(std::move(*file), size));
  writer->buffer_ = fmt::format(
      "{}\n# kind device seq qos first_tx sure_tx acked_unix_us acked_mono_us latency_us\n",
      kLedgerHeader);
  SLUICE_RETURN_IF_ERROR(writer->Flush());
  return writer;
}

Status LedgerWriter::Add(const LedgerLine& line) {
  AppendLedgerLine(line, &buffer_);
  ++lines_;
  return buffer_.size() >= kBufferBytes ? Flush() : error_;
}

Status LedgerWriter::Flush() {
  if (!error_.ok() || buffer_.empty()) return error_;
  error_ = file_->WriteAt(size_, AsBytes(buffer_));
  size_ += buffer_.size();
  buffer_.clear();
  return error_;
}

}  // namespace sluice::fleet
