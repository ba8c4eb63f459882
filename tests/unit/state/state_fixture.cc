#include "state_fixture.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::state {

StateFixture::Rows StateFixture::Start() {
  options_.database.path = database();
  options_.database.busy_timeout = Duration(0);
  options_.clock = &clock_;
  options_.executor = &executor_;
  options_.metrics = &metrics_;
  options_.health = &health_;
  options_.manual = true;
  store_ = std::make_unique<Store>(options_);
  Rows rows;
  begun_ = store_->Restore(
      [&](const RetainedRow& row) { rows.insert_or_assign(row.topic, row.payload); });
  return rows;
}

void StateFixture::Kill() {
  const std::string copy = directory_.File("copy"), copy_log = directory_.File("copy-log");
  std::filesystem::copy_file(database(), copy);
  const bool has_log = Exists(log());
  if (has_log) std::filesystem::copy_file(log(), copy_log);
  store_.reset();
  std::filesystem::rename(copy, database());
  std::filesystem::remove(log());
  if (has_log) std::filesystem::rename(copy_log, log());
}

void StateFixture::Put(const std::string& topic, const std::string& payload) {
  model_.insert_or_assign(topic, payload);
  RetainedRow row;
  row.topic = topic;
  row.payload = payload;
  row.holder = "device";
  row.received = clock_.WallNow();
  batch_.Add(std::move(row));
}

void StateFixture::Remove(const std::string& topic) {
  model_.erase(topic);
  RetainedRow row;
  row.topic = topic;
  row.removed = true;
  batch_.Add(std::move(row));
}

void StateFixture::Write() {
  committed_ = false;
  store_->Write(std::exchange(batch_, {}), [this](bool begun) {
    committed_ = true;
    begun_ = begun;
  });
  store_->RunOnce();
  executor_.RunAll();
}

void StateFixture::Retry() {
  clock_.Advance(options_.retry_max);
  store_->RunOnce();
  executor_.RunAll();
}

void StateFixture::WriteEverything() {
  for (const auto& [topic, payload] : Rows(model_)) Put(topic, payload);
  Write();
}

std::string StateFixture::ReadFile(const std::string& path) const {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void StateFixture::WriteFile(const std::string& path, const std::string& content) const {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

uint64_t StateFixture::Count(const std::string& metric) const {
  const std::string text = metrics_.PrometheusText();
  const size_t at = text.find("\n" + metric + " ");
  if (at == std::string::npos) return 0;
  return std::stoull(text.substr(at + metric.size() + 2));
}

std::string StateFixture::Problems() const {
  std::string names;
  for (const Health::Problem& problem : health_.problems()) {
    names += (names.empty() ? "" : " ") + problem.condition;
  }
  return names;
}

}  // namespace sluice::state
