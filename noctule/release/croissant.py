"""croissant.json: the release for machine-learning tools, with the fields of responsible AI.

Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html) and its RAI vocabulary. Public facts only.
"""

from typing import Any

import pyarrow as pa

from noctule.arrow import plain_type
from noctule.contract import Contract
from noctule.contract.columns import PiiColumn
from noctule.release.ids import published
from noctule.release.layout import DATA
from noctule.release.words import limits, purpose, uses

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(contract: Contract, facts: dict[str, Any], schema: pa.Schema, size: int, sha256: str) -> dict[str, Any]:
    """The whole document. `size` in bytes and `sha256` are of the data file, `schema` is its own."""
    publisher = contract.publisher
    moment = published(facts["release"])
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": contract.title or contract.name,
        "description": purpose(contract),
        "keywords": ["synthetic", "differential privacy", contract.name],
        **({"datePublished": moment.date().isoformat()} if moment else {}),
        "version": _version(facts["release"]),
        "citeAs": f"{contract.title or contract.name}, synthetic data, release {facts['release']}",
        **({"license": publisher.license} if publisher and publisher.license else {}),
        **({"creator": {"@type": "sc:Organization", "name": publisher.name}} if publisher else {}),
        **({"url": publisher.url} if publisher and publisher.url else {}),
        "distribution": [_file(size, sha256)],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": _fields(contract, schema)}],
        **_responsible(contract, facts, schema),
    }


def _version(release: str) -> str:
    """The date as a semantic version, and what tells two releases of a day apart as its build."""
    if (moment := published(release)) is None:
        return f"0.0.0+{release}"
    return f"{moment.year}.{moment.month}.{moment.day}+{release.replace('-', '.')}"


def _file(size: int, sha256: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "data",
        "name": "data",
        "contentUrl": DATA.as_posix(),
        "contentSize": f"{size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": sha256,
    }


def _fields(contract: Contract, schema: pa.Schema) -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:Field",
            "@id": f"rows/{field.name}",
            "name": field.name,
            "description": contract.column(field.name).description,
            "dataType": _kind(plain_type(field.type)),
            "source": {"fileObject": {"@id": "data"}, "extract": {"column": field.name}},
        }
        for field in schema
    ]


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "sc:Float"
    if pa.types.is_date(kind):
        return "sc:Date"
    return "sc:DateTime" if pa.types.is_timestamp(kind) else "sc:Text"


def _responsible(contract: Contract, facts: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """What the RAI vocabulary asks for, from the contract and the passport."""
    fakes = [c.name for c in contract.columns if isinstance(c, PiiColumn) and c.name in schema.names]
    invented = f" The columns {', '.join(fakes)} hold invented stand-ins." if fakes else ""
    return {
        "rai:hasSyntheticData": True,
        "rai:dataCollection": "Rows were drawn from a differentially private model of a table that is not published.",
        "rai:dataCollectionType": ["Synthetic data generation"],
        "rai:dataManipulationProtocol": f"Engine {facts['engine']}; mechanisms: {', '.join(facts['mechanisms'])}.",
        "rai:dataLimitations": limits(),
        "rai:dataUseCases": uses(contract),
        "rai:dataBiases": [
            "What was skewed, missing or left out in the source table is so here, too.",
            "Noise weighs most on rare values and small groups, whose shares are the least reliable.",
        ],
        "rai:personalSensitiveInformation": [
            f"No row is a person's. The release is ({facts['epsilon']:g}, {facts['delta']:g})-differentially private "
            f"for one {'row' if facts['privacy_unit'] == 'row' else facts['privacy_unit']}.{invented}"
        ],
        "rai:dataSocialImpact": "What statistics of a population tell of its members is told by this release, as well.",
        "rai:dataReleaseMaintenancePlan": f"Releases never change; refits: {contract.refresh.refit.replace('_', ' ')}.",
    }
