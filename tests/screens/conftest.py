"""One furnished office for all readers of a module, found by each as it was; the module names its LANGUAGE."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from office import procedures
from tests.furnished import Furnished
from tests.screens import compile_catalogue, furnished_office


@pytest.fixture(scope="module")
def office(request, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Furnished]:
    catalogue = compile_catalogue(tmp_path_factory.mktemp("catalogue"))
    with furnished_office(django_db_blocker, catalogue, english=request.module.LANGUAGE == "en") as made:
        yield made


@pytest.fixture(autouse=True)
def _each_reader_finds_it_as_it_was(office, monkeypatch):
    # Procedures sketched by other tests of this process are no screens of the office.
    for code in [code for code in procedures.REGISTRY if not code.startswith("documents.")]:
        monkeypatch.delitem(procedures.REGISTRY, code)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
