#include "journal/segment_writer.h"

#include <array>

#include "journal/held_file.h"
#include "journal/set_aside.h"

namespace sluice::journal {

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Create(Env& env, const StreamPaths& paths,
                                                             const SegmentHeader& header,
                                                             uint64_t reserve_bytes) {
  const std::string path = paths.Segment(header.base_offset);
  const std::string new_path = path + std::string(kNewSuffix);
  const Status removed = env.Remove(new_path);
  if (!removed.ok() && removed.code() != StatusCode::kNotFound) {
    SLUICE_RETURN_IF_ERROR(SetAside(env, new_path, "is in the way of a new segment"));
  }
  Result<std::unique_ptr<WritableFile>> file = env.OpenWritable(new_path);
  if (!file.ok()) return file.status();
  std::unique_ptr<SegmentWriter> writer(
      new SegmentWriter(env, paths.directory, path, std::move(file).value()));
  if (reserve_bytes > 0 && writer->file_->Allocate(reserve_bytes).ok()) {
    writer->reserved_bytes_ = reserve_bytes;
  }
  std::array<uint8_t, kSegmentHeaderBytes> bytes{};
  header.Encode(bytes.data());
  SLUICE_RETURN_IF_ERROR(writer->Append(bytes));
  return writer;
}

SegmentWriter::SegmentWriter(Env& env, std::string directory, std::string path,
                             std::unique_ptr<WritableFile> file)
    : env_(env), directory_(std::move(directory)), path_(std::move(path)), file_(std::move(file)) {}

Status SegmentWriter::Append(ByteSpan records) {
  SLUICE_RETURN_IF_ERROR(file_->WriteAt(bytes_, records));
  bytes_ += records.size();
  return Status::Ok();
}

Status SegmentWriter::Sync() {
  SLUICE_RETURN_IF_ERROR(file_->Sync());
  synced_bytes_ = bytes_;
  return Status::Ok();
}

Status SegmentWriter::Publish() {
  SLUICE_RETURN_IF_ERROR(Sync());
  SLUICE_RETURN_IF_ERROR(env_.Rename(path_ + std::string(kNewSuffix), path_));
  return env_.SyncDirectory(directory_);
}

Status SegmentWriter::CheckInPlace() const { return CheckIsAt(*file_, path_); }

uint64_t SegmentWriter::CutUnsynced() {
  if (file_->Truncate(synced_bytes_).ok()) bytes_ = synced_bytes_;
  reserved_bytes_ = 0;
  return bytes_;
}

void SegmentWriter::ReleaseReserve() {
  if (reserved_bytes_ <= bytes_) return;
  static_cast<void>(file_->Truncate(bytes_).ok());
  reserved_bytes_ = 0;
}

}  // namespace sluice::journal
