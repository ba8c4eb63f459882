#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "decode/document.h"

namespace sluice::decode {

// How the labels of a pack are spelled.
enum class SenmlLabels : uint8_t {
  kJson,  // "bn" (RFC 8428, 5)
  kCbor,  // -2, which a document spells "-2" (RFC 8428, 6); some devices send "bn" all the same
};

// One record of a pack as it was written (RFC 8428, 4). Views of the document.
struct SenmlRecord {
  std::optional<std::string_view> base_name = {};
  std::optional<std::string_view> base_unit = {};
  std::optional<double> base_time = {};
  std::optional<double> base_value = {};
  std::optional<double> base_sum = {};
  std::optional<double> version = {};
  std::optional<std::string_view> name = {};
  std::optional<std::string_view> unit = {};
  std::optional<double> time = {};
  std::optional<Value> number = {};  // v; its type is not checked, nor that of the next four
  std::optional<Value> text = {};    // vs
  std::optional<Value> truth = {};   // vb
  std::optional<Value> data = {};    // vd
  std::optional<Value> sum = {};     // s

  // Whether it has more than base fields.
  bool IsMeasurement() const { return name || unit || time || values() > 0 || sum; }
  int values() const {
    return (number ? 1 : 0) + (text ? 1 : 0) + (truth ? 1 : 0) + (data ? 1 : 0);
  }
};

// Why there is no record. Views.
struct SenmlMistake {
  const char* what = nullptr;  // null: none
  std::string_view label = {};
};

// A number, or a decimal fraction of CBOR (RFC 8949, 3.4.4), which the document has as a list of
// exponent and mantissa.
std::optional<double> SenmlNumber(Value value, SenmlLabels labels);

// Labels that nobody knows are passed over unless they must be understood (RFC 8428, 4.4). Of two
// equal labels the first counts.
SenmlMistake ReadSenmlRecord(Value value, SenmlLabels labels, SenmlRecord* record);

}  // namespace sluice::decode
