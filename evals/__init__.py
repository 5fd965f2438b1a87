"""Answer quality: data sets, metrics, calibration, gates and reports."""
