"""The fictional company of the demo: its departments, its people, and what its software is for."""

from dataclasses import dataclass

from contracts.rules.vocabulary import Role


@dataclass(frozen=True, slots=True)
class DepartmentFact:
    """A department; `manager` is an address in `PEOPLE`."""

    name: str
    cost_centre: str
    parent: str | None
    manager: str


@dataclass(frozen=True, slots=True)
class CategoryFact:
    """What software is for; `department` usually buys it."""

    name: str
    parent: str
    department: str


PEOPLE = {
    "amara.okafor@example.com": "Amara Okafor",
    "ben.lindqvist@example.com": "Ben Lindqvist",
    "carla.moretti@example.com": "Carla Moretti",
    "daniel.hofer@example.com": "Daniel Hofer",
    "elif.yildiz@example.com": "Elif Yildiz",
    "farid.haddad@example.com": "Farid Haddad",
    "grace.mensah@example.com": "Grace Mensah",
    "hana.novakova@example.com": "Hana Nováková",
    "ivo.petrov@example.com": "Ivo Petrov",
    "jane.whitfield@example.com": "Jane Whitfield",
    "kenji.sato@example.com": "Kenji Sato",
    "lucia.fernandez@example.com": "Lucía Fernández",
}

DEPARTMENTS = (
    DepartmentFact("Technology", "1000", None, "amara.okafor@example.com"),
    DepartmentFact("Engineering", "1100", "Technology", "ben.lindqvist@example.com"),
    DepartmentFact("Data", "1200", "Technology", "elif.yildiz@example.com"),
    DepartmentFact("IT and Security", "1300", "Technology", "daniel.hofer@example.com"),
    DepartmentFact("Commercial", "2000", None, "carla.moretti@example.com"),
    DepartmentFact("Sales", "2100", "Commercial", "farid.haddad@example.com"),
    DepartmentFact("Marketing", "2200", "Commercial", "grace.mensah@example.com"),
    DepartmentFact("Customer Success", "2300", "Commercial", "ivo.petrov@example.com"),
    DepartmentFact("Operations", "3000", None, "jane.whitfield@example.com"),
    DepartmentFact("Finance", "3100", "Operations", "hana.novakova@example.com"),
    DepartmentFact("People", "3200", "Operations", "lucia.fernandez@example.com"),
    DepartmentFact("Legal", "3300", "Operations", "jane.whitfield@example.com"),
)

# Address, role, department (None: the whole organisation).
MEMBERSHIPS: tuple[tuple[str, Role, str | None], ...] = (
    ("jane.whitfield@example.com", Role.ADMINISTRATOR, None),
    ("hana.novakova@example.com", Role.EDITOR, None),
    ("kenji.sato@example.com", Role.VIEWER, None),
    ("amara.okafor@example.com", Role.EDITOR, "Technology"),
    ("ben.lindqvist@example.com", Role.EDITOR, "Engineering"),
    ("daniel.hofer@example.com", Role.ADMINISTRATOR, "IT and Security"),
    ("elif.yildiz@example.com", Role.EDITOR, "Data"),
    ("carla.moretti@example.com", Role.EDITOR, "Commercial"),
    ("farid.haddad@example.com", Role.VIEWER, "Sales"),
    ("grace.mensah@example.com", Role.EDITOR, "Marketing"),
    ("ivo.petrov@example.com", Role.VIEWER, "Customer Success"),
    ("lucia.fernandez@example.com", Role.EDITOR, "People"),
)

_CATEGORIES = {
    "Collaboration": {
        "Messaging": "IT and Security",
        "Meetings": "IT and Security",
        "Telephony": "Customer Success",
        "Office suites": "IT and Security",
        "Knowledge": "Engineering",
        "Files": "IT and Security",
        "Writing": "Marketing",
        "Work management": "Operations",
        "Signatures": "Legal",
        "Automation": "Operations",
    },
    "Engineering tools": {
        "Source code": "Engineering",
        "Code quality": "Engineering",
        "Observability": "Engineering",
        "Cloud infrastructure": "Engineering",
        "Databases": "Data",
        "Analytics": "Data",
        "Design": "Marketing",
        "Websites": "Marketing",
    },
    "Security and devices": {
        "Identity": "IT and Security",
        "Endpoint security": "IT and Security",
        "Network security": "IT and Security",
        "Security training": "IT and Security",
        "Device management": "IT and Security",
        "Compliance": "Legal",
        "IT service": "IT and Security",
    },
    "Customers": {
        "CRM": "Sales",
        "Marketing": "Marketing",
        "Support": "Customer Success",
    },
    "Administration": {
        "Finance": "Finance",
        "HR": "People",
        "Recruiting": "People",
        "Training": "People",
        "Legal": "Legal",
    },
}
CATEGORIES = {
    name: CategoryFact(name, parent, department)
    for parent, children in _CATEGORIES.items()
    for name, department in children.items()
}
MANAGERS = {department.name: department.manager for department in DEPARTMENTS}
