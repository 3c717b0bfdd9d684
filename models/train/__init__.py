"""How the bundled models are trained. Needs the `export` extra; the appliance never imports it."""
