#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace sluice::state {

// Changes of rows of one table that are written in one transaction, in their order.
template <typename Row>
class RowBatch {
 public:
  void Add(Row row) {
    bytes_ += row.bytes();
    rows_.push_back(std::move(row));
  }
  const std::vector<Row>& rows() const { return rows_; }
  size_t bytes() const { return bytes_; }
  bool empty() const { return rows_.empty(); }

 private:
  std::vector<Row> rows_;
  size_t bytes_ = 0;
};

}  // namespace sluice::state
