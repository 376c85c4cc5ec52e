package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"

	"pipewrench/clients/lineprotocol"
)

type client struct {
	db *sql.DB
	// How long a caller waits for a connection; for ever when 0.
	acquireTimeout time.Duration
	// Whether a caller holds one connection while it asks for another, as a handler does that opens a
	// transaction and then forgets to use it.
	nestedConnections bool
	// Whether all statements are made on one connection that is not given back between them, as those of a
	// transaction are.
	pinsConnection bool
	pinning        sync.Mutex
	pinned         *sql.Conn
}

var reads = regexp.MustCompile(`(?i)^\s*(SELECT|SHOW|WITH|EXPLAIN|DESCRIBE|DESC|TABLE|VALUES)\b`)

// Server errors that are about the connection, not about the statement: shut down, killed, idle too long.
var aboutConnections = map[uint16]bool{1053: true, 1927: true, 4031: true}

func open(target lineprotocol.Target, settings lineprotocol.Settings) (lineprotocol.Client, error) {
	var (
		c                              client
		user, database                 = "root", ""
		dsn                            = map[string]string{}
		timeout, maxLifetime, maxIdle  time.Duration
		maxOpenConns, maxIdleConns     = 0, 2
		interpolate, hasLivenessChecks = false, true
	)
	_, saysLiveness := settings["checkConnLiveness"]
	err := errors.Join(
		lineprotocol.Take(settings, "user", &user),
		lineprotocol.Take(settings, "database", &database),
		lineprotocol.Take(settings, "maxOpenConns", &maxOpenConns),
		lineprotocol.Take(settings, "maxIdleConns", &maxIdleConns),
		lineprotocol.TakeMs(settings, "connMaxLifetimeMs", &maxLifetime),
		lineprotocol.TakeMs(settings, "connMaxIdleTimeMs", &maxIdle),
		lineprotocol.TakeMs(settings, "timeoutMs", &timeout),
		takeDuration(settings, "readTimeoutMs", dsn, "readTimeout"),
		takeDuration(settings, "writeTimeoutMs", dsn, "writeTimeout"),
		lineprotocol.Take(settings, "interpolateParams", &interpolate),
		lineprotocol.Take(settings, "checkConnLiveness", &hasLivenessChecks),
		lineprotocol.TakeMs(settings, "acquireTimeoutMs", &c.acquireTimeout),
		lineprotocol.Take(settings, "nestedConnections", &c.nestedConnections),
		lineprotocol.Take(settings, "pinnedConnection", &c.pinsConnection),
		settings.Done(),
	)
	if err != nil {
		return nil, err
	}
	if interpolate {
		dsn["interpolateParams"] = "true"
	}
	if saysLiveness {
		dsn["checkConnLiveness"] = fmt.Sprint(hasLivenessChecks)
	}
	source := fmt.Sprintf("%s@%s(%s)/%s", user, network, target, database)
	if c.db, err = openDB(source, dsn); err != nil {
		return nil, err
	}
	remembered.open(timeout)
	c.db.SetMaxOpenConns(maxOpenConns)
	c.db.SetMaxIdleConns(maxIdleConns)
	c.db.SetConnMaxLifetime(maxLifetime)
	c.db.SetConnMaxIdleTime(maxIdle)
	return &c, nil
}

func takeDuration(settings lineprotocol.Settings, name string, dsn map[string]string, as string) error {
	var limit time.Duration
	err := lineprotocol.TakeMs(settings, name, &limit)
	if limit > 0 {
		dsn[as] = limit.String()
	}
	return err
}

func openDB(source string, parameters map[string]string) (*sql.DB, error) {
	separator := "?"
	for name, value := range parameters {
		source += separator + name + "=" + value
		separator = "&"
	}
	config, err := mysql.ParseDSN(source)
	if err != nil {
		return nil, err
	}
	// It takes what it does not know for a variable of the server.
	for name := range config.Params {
		return nil, fmt.Errorf("go-sql-driver/mysql %s does not know %s", version, name)
	}
	return sql.Open("mysql", source)
}

func (c *client) Do(ctx context.Context, operation lineprotocol.Operation) (string, error) {
	if operation.Kind != "statement" {
		return "", lineprotocol.Unsupported{What: operation.Kind}
	}
	answer, err := c.handle(ctx, operation.SQL)
	var refused *mysql.MySQLError
	if errors.As(err, &refused) && !aboutConnections[refused.Number] {
		return fmt.Sprintf("ERROR %d: %s", refused.Number, refused.Message), nil
	}
	if err != nil {
		log.Print(err)
	}
	return answer, err
}

// What sql.DB and sql.Conn have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (c *client) handle(ctx context.Context, statement string) (string, error) {
	if c.pinsConnection {
		connection, err := c.pin(ctx)
		if err != nil {
			return "", err
		}
		return ask(ctx, connection, statement)
	}
	if c.nestedConnections {
		held, err := c.acquire(ctx)
		if err != nil {
			return "", err
		}
		defer held.Close()
	}
	if c.nestedConnections || c.acquireTimeout > 0 {
		connection, err := c.acquire(ctx)
		if err != nil {
			return "", err
		}
		defer connection.Close()
		return ask(ctx, connection, statement)
	}
	return ask(ctx, c.db, statement)
}

func (c *client) acquire(ctx context.Context) (*sql.Conn, error) {
	if c.acquireTimeout > 0 {
		limited, cancel := context.WithTimeout(ctx, c.acquireTimeout)
		defer cancel()
		return c.db.Conn(limited)
	}
	return c.db.Conn(ctx)
}

func (c *client) pin(ctx context.Context) (*sql.Conn, error) {
	c.pinning.Lock()
	defer c.pinning.Unlock()
	if c.pinned != nil {
		return c.pinned, nil
	}
	connection, err := c.acquire(ctx)
	c.pinned = connection
	return connection, err
}

func ask(ctx context.Context, db querier, statement string) (string, error) {
	if !reads.MatchString(statement) {
		result, err := db.ExecContext(ctx, statement)
		if err != nil {
			return "", err
		}
		affected, err := result.RowsAffected()
		return fmt.Sprintf("OK %d", affected), err
	}
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	return inWords(rows)
}

func inWords(rows *sql.Rows) (string, error) {
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values := make([]sql.NullString, len(columns))
	places := make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	var all []string
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return "", err
		}
		words := make([]string, len(columns))
		for i, value := range values {
			words[i] = "NULL"
			if value.Valid {
				words[i] = value.String
			}
		}
		all = append(all, strings.Join(words, ", "))
	}
	if len(all) == 0 && rows.Err() == nil {
		return "no rows", nil
	}
	return strings.Join(all, "; "), rows.Err()
}

func (c *client) Stats() map[string]any {
	stats := c.db.Stats()
	return map[string]any{
		"maxOpenConnections": stats.MaxOpenConnections,
		"openConnections":    stats.OpenConnections,
		"inUse":              stats.InUse,
		"idle":               stats.Idle,
		"waitCount":          stats.WaitCount,
		"waitDurationMs":     float64(stats.WaitDuration) / float64(time.Millisecond),
		"maxIdleClosed":      stats.MaxIdleClosed,
		"maxIdleTimeClosed":  stats.MaxIdleTimeClosed,
		"maxLifetimeClosed":  stats.MaxLifetimeClosed,
	}
}

func (c *client) Close() {
	c.db.Close()
	remembered.closeAll()
}
