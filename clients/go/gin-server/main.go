// No client but the server of document 004: Gin on a port of its own. It says where it listens, what each of
// its writes returned, and what Gin logs, one JSON object per line; it ends when its standard input ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"

	"pipewrench/clients/lineprotocol"
)

type line map[string]any

// Whether each handler closes the connection in place of an answer.
var closesEarly bool

// Handlers that may work at once, as a pool of connections to a database lets them; nil where all may.
var slots chan struct{}

func main() {
	var server http.Server
	flag.DurationVar(&server.ReadTimeout, "read-timeout", 0, "of http.Server")
	flag.DurationVar(&server.WriteTimeout, "write-timeout", 0, "of http.Server")
	flag.DurationVar(&server.IdleTimeout, "idle-timeout", 0, "of http.Server")
	flag.BoolVar(&closesEarly, "early-close", false, "answer nothing, and close the connection")
	defersAccept := flag.Bool("defer-accept", false, "accept a connection when its first bytes are there")
	slotsMax := flag.Int("slots", 0, "handlers of /slow that may work at once; 0 for all")
	flag.Parse()
	if *slotsMax > 0 {
		slots = make(chan struct{}, *slotsMax)
	}
	server.Handler = routes()
	var listening net.ListenConfig
	if *defersAccept {
		listening.Control = deferAccept
	}
	listener, err := listening.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	lineprotocol.Write(line{"listening": listener.Addr().String()})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

// TCP_DEFER_ACCEPT of tcp(7), as `deferred` of nginx: the handshake ends with the first bytes.
func deferAccept(_, _ string, connection syscall.RawConn) error {
	var failed error
	err := connection.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT, 10)
	})
	return errors.Join(err, failed)
}

func routes() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	gin.DefaultWriter = lineprotocol.LogWriter{Level: "INFO"}
	gin.DefaultErrorWriter = lineprotocol.LogWriter{Level: "ERROR"}
	engine := gin.Default()
	engine.Use(tellRequest)
	engine.GET("/fast", func(c *gin.Context) { c.String(http.StatusOK, "fast") })
	engine.GET("/slow", slow)
	engine.GET("/early-close", earlyClose)
	return engine
}

// Whoever tests can leave from here on: the request has been read.
func tellRequest(c *gin.Context) {
	lineprotocol.Write(line{"event": "request", "path": c.Request.URL.Path, "tuple": tuple(c)})
	if closesEarly {
		earlyClose(c)
		c.Abort()
	}
}

// /slow?ms=50&writes=3 answers after that time, whether or not the caller is still there, in so many writes,
// each of which is flushed to the connection.
func slow(c *gin.Context) {
	ms, err := strconv.Atoi(c.DefaultQuery("ms", "0"))
	writes, err2 := strconv.Atoi(c.DefaultQuery("writes", "3"))
	if err != nil || err2 != nil {
		c.String(http.StatusBadRequest, "expected numbers: /slow?ms=50&writes=3")
		return
	}
	work(time.Duration(ms) * time.Millisecond)
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	for number := 1; number <= writes; number++ {
		bytes, err := writeAndFlush(c.Writer, fmt.Sprintf("part %d\n", number))
		told := line{"event": "write", "path": c.Request.URL.Path, "number": number, "tuple": tuple(c)}
		if err == nil {
			told["bytes"] = bytes
		} else {
			told["error"], told["message"] = lineprotocol.ErrorWord(err), err.Error()
		}
		lineprotocol.Write(told)
		if err != nil {
			// What handlers do that do not look; Gin's recovery knows a broken pipe.
			panic(err)
		}
	}
}

func work(duration time.Duration) {
	if slots != nil {
		slots <- struct{}{}
		defer func() { <-slots }()
	}
	time.Sleep(duration)
}

func writeAndFlush(writer gin.ResponseWriter, text string) (int, error) {
	bytes, err := writer.WriteString(text)
	if err != nil {
		return bytes, err
	}
	// Gin's own Flush keeps the error to itself.
	return bytes, http.NewResponseController(writer.(interface{ Unwrap() http.ResponseWriter }).Unwrap()).Flush()
}

// The connection is closed and nothing is answered.
func earlyClose(c *gin.Context) {
	connection, _, err := c.Writer.Hijack()
	if err != nil {
		panic(err)
	}
	err = connection.Close()
	lineprotocol.Write(line{"event": "close", "path": c.Request.URL.Path, "tuple": tuple(c), "ok": err == nil})
}

func tuple(c *gin.Context) string {
	local := c.Request.Context().Value(http.LocalAddrContextKey)
	return fmt.Sprintf("%s->%s", c.Request.RemoteAddr, local)
}
