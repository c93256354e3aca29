"""All benchmarks, one after the other, on one portfolio."""

from bench import api_list, figures, import_rows, page, plan


def main() -> None:
    """Run every benchmark."""
    for benchmark in (api_list, page, figures, plan, import_rows):
        benchmark.main()


if __name__ == "__main__":
    main()
