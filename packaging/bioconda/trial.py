#!/usr/bin/env python3
"""Tries the recipe where Bioconda's own tools and channels cannot be had: trial.py CRATE [FOLDER]

py-rattler-build (PyPI) reads recipes of version 1, so meta.yaml is turned into one; CRATE is the
unpacked crate, in the place of the release that is not there yet. The recipe is rendered for linux-64
as it stands. With FOLDER, build.sh then runs and its files are packed into FOLDER; compilers and
cargo-bundle-licenses come from this machine, not from conda-forge. The recipe's tests are not run:
their environment comes from conda-forge.
"""

import sys
from pathlib import Path

import jinja2
import yaml
from rattler_build import (
    EnvironmentIsolation,
    PlatformConfig,
    RenderConfig,
    Stage0Recipe,
    VariantConfig,
)

HERE = Path(__file__).resolve().parent
VARIANTS = "{c_compiler: [gcc], c_stdlib: [sysroot], rust_compiler: [rust]}"


def recipe(crate, *, local):
    """meta.yaml as a recipe of version 1; without what conda would bring if `local`."""
    functions = {
        name: lambda word, name=name: f"${{{{ {name}('{word}') }}}}"
        for name in ("compiler", "stdlib")
    }
    functions["pin_subpackage"] = lambda name, max_pin: (
        f"${{{{ pin_subpackage('{name}', upper_bound='{max_pin}') }}}}"
    )
    old = yaml.safe_load(jinja2.Template((HERE / "meta.yaml").read_text()).render(functions))
    requirements = {} if local else dict(old["requirements"])
    if not local:
        requirements["run_exports"] = old["build"]["run_exports"]
    about = {key: value for key, value in old["about"].items() if key != "license_family"}
    about["homepage"] = about.pop("home")
    return {
        "package": old["package"],
        "source": {"path": str(crate)},
        "build": {"number": old["build"]["number"], "script": {"file": str(HERE / "build.sh")}},
        "requirements": requirements,
        "tests": [{"script": old["test"]["commands"]}],
        "about": about,
    }


def rendered(crate, *, local):
    platform = PlatformConfig(target_platform="linux-64", build_platform="linux-64")
    variants = Stage0Recipe.from_dict(recipe(crate, local=local)).render(
        VariantConfig.from_yaml(VARIANTS), RenderConfig(platform=platform)
    )
    if len(variants) != 1:
        sys.exit(f"trial.py: {len(variants)} variants in the place of one")
    return variants[0]


def main(crate, to=None):
    variant = rendered(Path(crate).resolve(), local=False)
    print(yaml.safe_dump(variant.recipe.to_dict(), sort_keys=False), end="")
    if to is None:
        return
    result = rendered(Path(crate).resolve(), local=True).run_build(
        output_dir=Path(to).resolve(),
        channels=[],
        # Cargo and its compilers are this machine's.
        env_isolation=EnvironmentIsolation.NONE,
    )
    for package in result.packages:
        print(package)


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
