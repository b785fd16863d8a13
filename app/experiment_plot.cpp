// SPDX-License-Identifier: Apache-2.0
#include "app/experiment_plot.h"

#include "app/commands.h"
#include "app/exit_status.h"
#include "core/storage/recording.h"
#include "ui/export/plot_file.h"

namespace poolscope::app {

std::optional<int> refusePlot(const PlotCall& plot, bool overwrite) {
  if (plot.file.empty()) {
    return {};
  }
  if (const auto known = ui::checkPlotName(QString::fromStdString(plot.file)); !known) {
    return complain(known.error(), kWrongCall);
  }
  if (const auto writable = storage::check_output(plot.file, overwrite); !writable) {
    return complain(writable.error(), kFailed);
  }
  return {};
}

int writePlot(const PlotCall& plot, bool overwrite, const ui::ScalingData& data) {
  if (plot.file.empty()) {
    return kDone;
  }
  const auto written = ui::writeScalingPlot(data, ui::Theme::make(plot.theme != "light"),
                                            QString::fromStdString(plot.file), overwrite);
  return written ? int{kDone} : complain(written.error(), kFailed);
}

}  // namespace poolscope::app
