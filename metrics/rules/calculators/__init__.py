"""The calculators of the field: `answering.calculate(name, inputs)` and `catalogue.CALCULATORS`."""
