package lineprotocol

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

var errnoNames = map[syscall.Errno]string{
	syscall.EADDRNOTAVAIL: "EADDRNOTAVAIL",
	syscall.ECONNABORTED:  "ECONNABORTED",
	syscall.ECONNREFUSED:  "ECONNREFUSED",
	syscall.ECONNRESET:    "ECONNRESET",
	syscall.EHOSTUNREACH:  "EHOSTUNREACH",
	syscall.EMFILE:        "EMFILE",
	syscall.ENETUNREACH:   "ENETUNREACH",
	syscall.ENFILE:        "ENFILE",
	syscall.ENOTCONN:      "ENOTCONN",
	syscall.EPIPE:         "EPIPE",
	syscall.ETIMEDOUT:     "ETIMEDOUT",
}

// ErrorWord names what the caller of a library can tell a failure by: an errno name, EOF, TIMEOUT, or
// the library's own words.
func ErrorWord(err error) string {
	var errno syscall.Errno
	var unsupported Unsupported
	var timeout net.Error
	switch {
	case errors.As(err, &unsupported):
		return "UNSUPPORTED"
	case errors.As(err, &errno) && errnoNames[errno] != "":
		return errnoNames[errno]
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "EOF"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "TIMEOUT"
	default:
		return err.Error()
	}
}

// Unsupported is what a client cannot do.
type Unsupported struct{ What string }

func (u Unsupported) Error() string { return "unsupported: " + u.What }
