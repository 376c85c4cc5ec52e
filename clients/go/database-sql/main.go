// The pool of database/sql over go-sql-driver/mysql, as document 002 uses it. Which version of the driver
// it is built with, the .mod file says.
package main

import (
	"log"
	"reflect"

	"github.com/go-sql-driver/mysql"

	"pipewrench/clients/lineprotocol"
)

// Set by the linker.
var version = "?"

func main() {
	events := lineprotocol.LogWriter{Level: "ERROR"}
	log.SetOutput(events)
	mysql.SetLogger(log.New(events, "[mysql] ", driverLogFlags()))
	mysql.RegisterDial(network, remembered.dial)
	lineprotocol.Run(lineprotocol.Hello{
		Name:        "go-mysql-" + version,
		Description: "database/sql with go-sql-driver/mysql " + version,
		Protocols:   []string{"mysql"},
		Operations:  []string{"statement"},
		IsPool:      true,
		Publishes:   []string{"log"},
	}, open)
}

// Those of the driver's own logger. Drivers with Config.Logger write file and line themselves.
func driverLogFlags() int {
	if _, isThere := reflect.TypeOf(mysql.Config{}).FieldByName("Logger"); isThere {
		return log.Ldate | log.Ltime
	}
	return log.Ldate | log.Ltime | log.Lshortfile
}
