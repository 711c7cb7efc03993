"""What measures Jushi: development sets, calibration and benchmarks."""
