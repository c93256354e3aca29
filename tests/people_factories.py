"""Factories of people and departments, and what all factories have in common."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from contracts import models
from contracts.rules import vocabulary as words
from saas_tracker.accounts.models import ApiToken, User

PASSWORD = "correct horse battery"


M = TypeVar("M", bound=Model)


class Factory(DjangoModelFactory[M]):
    """Calling a factory stores a row; this is what the type checker is told."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, *args: Any, **kwargs: Any) -> M: ...  # type: ignore[misc]  # factory-boy returns the model


class UserFactory(Factory[User]):
    """A person without any role; `password` signs them in."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@tracker.example")
    name = Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: type[User], *_args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        return model_class.objects.create_user(password=password, **kwargs)


class AdministratorFactory(UserFactory):
    """A superuser."""

    is_superuser = True


class ApiTokenFactory(Factory[ApiToken]):
    class Meta:
        model = ApiToken

    owner = SubFactory(UserFactory)
    name = "reporting"
    prefix = Sequence(lambda n: f"ct_{n:06}")
    secret_hash = Sequence(lambda n: f"{n:064x}")


class DepartmentFactory(Factory[models.Department]):
    class Meta:
        model = models.Department
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"Department {n}")

    @post_generation
    def below(self: models.Department, create: bool, _extracted: Any) -> None:
        """Keep the closure of departments: each is below itself and below all its parents."""
        upward: models.Department | None = self if create else None
        while upward is not None:
            upward.below.add(self)
            upward = upward.parent


class MembershipFactory(Factory[models.Membership]):
    class Meta:
        model = models.Membership

    user = SubFactory(UserFactory)
    department = SubFactory(DepartmentFactory)
    role = words.Role.EDITOR.value
