"""ONNX models: bundles, the SLM engine, the encoder. Knows nothing of MQTT, sessions or money."""
