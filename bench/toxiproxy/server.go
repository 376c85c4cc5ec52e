package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
)

// The first byte of a connection says what the server does with the rest.
const (
	echo = 'e' // sends back what it gets
	sink = 's' // reads as many bytes as the next eight say, then answers one byte
	pour = 'p' // sends as many bytes as the next eight say
)

const chunkBytes = 256 * 1024

// runServer serves until standard input ends.
func runServer() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func serve(conn net.Conn) {
	defer conn.Close()
	var mode [1]byte
	if _, err := io.ReadFull(conn, mode[:]); err != nil {
		return
	}
	switch mode[0] {
	case echo:
		serveEcho(conn)
	case sink:
		if total, err := readTotal(conn); err == nil && discard(conn, total) == nil {
			conn.Write(mode[:])
		}
	case pour:
		if total, err := readTotal(conn); err == nil {
			fill(conn, total)
		}
	}
}

func serveEcho(conn net.Conn) {
	bytes := make([]byte, 4096)
	for {
		n, err := conn.Read(bytes)
		if err != nil {
			return
		}
		if _, err := conn.Write(bytes[:n]); err != nil {
			return
		}
	}
}

func readTotal(conn net.Conn) (int64, error) {
	var total [8]byte
	_, err := io.ReadFull(conn, total[:])
	return int64(binary.BigEndian.Uint64(total[:])), err
}

func discard(conn net.Conn, total int64) error {
	bytes := make([]byte, chunkBytes)
	for total > 0 {
		n, err := conn.Read(bytes)
		if err != nil {
			return err
		}
		total -= int64(n)
	}
	return nil
}

func fill(conn net.Conn, total int64) error {
	bytes := make([]byte, chunkBytes)
	for total > 0 {
		n, err := conn.Write(bytes[:min(total, chunkBytes)])
		if err != nil {
			return err
		}
		total -= int64(n)
	}
	return nil
}
