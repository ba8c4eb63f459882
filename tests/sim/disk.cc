#include "sim/disk.h"
namespace sluice::sim {
class Forward final : public Env {
 public:
  explicit Forward(test::MemoryEnv& e) : e_(e) {}
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& p) override {
    return e_.OpenWritable(p);
  }
  Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& p) const override {
    return e_.OpenReadable(p);
  }
  Result<std::vector<std::string>> List(const std::string& p) const override { return e_.List(p); }
  Result<uint64_t> FileSize(const std::string& p) const override { return e_.FileSize(p); }
  bool Exists(const std::string& p) const override { return e_.Exists(p); }
  Status CreateDirectories(const std::string& p) override { return e_.CreateDirectories(p); }
  Status Rename(const std::string& a, const std::string& b) override { return e_.Rename(a, b); }
  Status Link(const std::string& a, const std::string& b) override { return e_.Link(a, b); }
  Status Remove(const std::string& p) override { return e_.Remove(p); }
  Status SyncDirectory(const std::string& p) override { return e_.SyncDirectory(p); }
  Result<uint64_t> FreeBytes(const std::string& p) const override { return e_.FreeBytes(p); }
  Result<std::unique_ptr<WritableFile>> Lock(const std::string& p) override { return e_.Lock(p); }

 private:
  test::MemoryEnv& e_;
};
std::unique_ptr<Env> Disk::Mount() {
  Revive();
  return std::make_unique<Forward>(env_);
}
}  // namespace sluice::sim
