#include "wire/wire_case.h"

#include <algorithm>
#include <charconv>

#include "base/status.h"
#include "wire/wire_table.h"

namespace sluice::test {
namespace {

// Takes one token, 'text' or a hexadecimal byte, off the front.
void AppendToken(std::string_view* from, std::string* to) {
  if (from->front() == '\'') {
    const size_t end = from->find('\'', 1);
    SLUICE_CHECK(end != std::string_view::npos);
    to->append(from->substr(1, end - 1));
    from->remove_prefix(end + 1);
    return;
  }
  uint8_t byte = 0;
  const auto [end, error] = std::from_chars(from->data(), from->data() + 2, byte, 16);
  SLUICE_CHECK(error == std::errc{} && end == from->data() + 2);
  to->push_back(static_cast<char>(byte));
  from->remove_prefix(2);
}

void AppendBytes(std::string_view field, std::string* to) {
  while (!field.empty()) {
    if (field.front() == ' ') {
      field.remove_prefix(1);
    } else {
      AppendToken(&field, to);
    }
  }
}

void AddCase(const WireRow& row, codec::Version version, std::vector<WireCase>* cases) {
  std::string name(row.name);
  name += version == codec::Version::kV5 ? "V5" : "V311";
  cases->push_back({std::move(name), version, row.sender, row.fields, row.expected});
}

void AddTable(const WireTable& table, std::vector<WireCase>* cases) {
  for (const WireRow& row : table) {
    if (row.in != In::k5) AddCase(row, codec::Version::kV311, cases);
    if (row.in != In::k311) AddCase(row, codec::Version::kV5, cases);
  }
}

std::vector<WireCase> MakeCases() {
  std::vector<WireCase> cases;
  for (const WireTable& table :
       {FrameCases(), ConnectCases(), ConnackCases(), PublishCases(), AckCases(), SubscribeCases(),
        UnsubscribeCases(), DisconnectCases()}) {
    AddTable(table, &cases);
  }
  return cases;
}

}  // namespace

std::string WireCase::bytes() const {
  std::string bytes;
  for (const WireField& field : fields) AppendBytes(field.bytes, &bytes);
  return bytes;
}

const std::vector<WireCase>& AllWireCases() {
  static const std::vector<WireCase> cases = MakeCases();
  return cases;
}

const WireCase& FindWireCase(std::string_view name) {
  const auto& cases = AllWireCases();
  const auto found = std::ranges::find(cases, name, &WireCase::name);
  SLUICE_CHECK(found != cases.end());
  return *found;
}

}  // namespace sluice::test
