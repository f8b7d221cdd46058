CREATE TABLE attempts (
    subject TEXT NOT NULL,
    window INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (subject, window)
)
 STRICT

CREATE TABLE banks (
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    status TEXT NOT NULL,
    dump TEXT NOT NULL,
    published_at TEXT NOT NULL,
    PRIMARY KEY (id, version)
)
 STRICT

CREATE TABLE providers (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    contact TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id)
)
 STRICT

CREATE TABLE accounts (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    email_mark TEXT NOT NULL,
    email BLOB NOT NULL,
    name BLOB NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, id),
    CHECK (role IN ('recruiter')),
    FOREIGN KEY(provider_id) REFERENCES providers (id),
    UNIQUE (email_mark)
)
 STRICT

CREATE TABLE vacancies (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    contact TEXT NOT NULL,
    bank_id TEXT NOT NULL,
    bank_version TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY(bank_id, bank_version) REFERENCES banks (id, version),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE sessions (
    token_sha256 TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (token_sha256),
    FOREIGN KEY(provider_id, account_id) REFERENCES accounts (provider_id, id) ON DELETE CASCADE
)
 STRICT

CREATE TABLE sittings (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    vacancy_id TEXT NOT NULL,
    bank_id TEXT NOT NULL,
    bank_version TEXT NOT NULL,
    bank_sha256 TEXT NOT NULL,
    language TEXT NOT NULL,
    form TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, id),
    UNIQUE (id),
    FOREIGN KEY(provider_id, vacancy_id) REFERENCES vacancies (provider_id, id),
    FOREIGN KEY(bank_id, bank_version) REFERENCES banks (id, version),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE events (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (provider_id, sitting_id, number),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    CHECK (kind IN ('invited', 'link-renewed', 'started', 'answered', 'submitted', 'first-view', 'report-opened', 'decided')),
    CHECK ((kind = 'answered') = (item_id IS NOT NULL)),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE identities (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    name BLOB NOT NULL,
    email BLOB NOT NULL,
    PRIMARY KEY (provider_id, sitting_id),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE links (
    token_sha256 TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (token_sha256),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id)
)
 STRICT

CREATE TABLE profiles (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    bank_sha256 TEXT NOT NULL,
    policy TEXT NOT NULL,
    engine TEXT NOT NULL,
    body TEXT NOT NULL,
    computed_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, sitting_id),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE remarks (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE INDEX sittings_of_vacancy ON sittings (provider_id, vacancy_id)

CREATE UNIQUE INDEX one_submission ON events (provider_id, sitting_id) WHERE kind = 'submitted'

CREATE INDEX links_of_sitting ON links (provider_id, sitting_id)

CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events can only grow'); END

CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events can only grow'); END
