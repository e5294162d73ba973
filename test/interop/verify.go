// Verifies what stands in its standard input, with the packages note and tlog of golang.org/x/mod,
// and writes one verdict for each line of it: "ok", or why it does not hold.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type head struct {
	Size int64
	Root tlog.Hash
}

type claim struct {
	Kind string
	// note: signed by all of the keys; cosignature: by that of a witness
	Note, Vkey string
	Vkeys      []string
	// inclusion: of the leaf at the index, below the newer head
	Index int64
	Leaf  tlog.Hash
	// consistency: from the older head to the newer one
	Older, Newer head
	Proof        []tlog.Hash
	// tiles: by their paths, of the newer head
	Tiles map[string][]byte
}

func verify(c claim) error {
	switch c.Kind {
	case "note":
		return openNote(c.Note, c.Vkeys)
	case "cosignature":
		return verifyCosignature(c.Note, c.Vkey)
	case "inclusion":
		return tlog.CheckRecord(c.Proof, c.Newer.Size, c.Newer.Root, c.Index, c.Leaf)
	case "consistency":
		return tlog.CheckTree(c.Proof, c.Newer.Size, c.Newer.Root, c.Older.Size, c.Older.Root)
	case "tiles":
		return readAll(c)
	}
	return errors.New("there is no such kind")
}

func openNote(signed string, vkeys []string) error {
	var verifiers []note.Verifier
	for _, vkey := range vkeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if err == nil && len(opened.Sigs) != len(vkeys) {
		return errors.New("not all of them have signed it")
	}
	return err
}

// What c2sp.org/tlog-cosignature says, for the packages know no keys of type 4.
func verifyCosignature(signed, vkey string) error {
	name, rest, _ := strings.Cut(vkey, "+")
	id, digits, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(digits)
	if err != nil || len(key) != 33 || key[0] != 4 {
		return errors.New("that is no key of a witness")
	}
	sum := sha256.Sum256([]byte(name + "\n" + string(key)))
	if hex.EncodeToString(sum[:4]) != id {
		return errors.New("the id is that of another key")
	}
	end := strings.LastIndex(signed, "\n\n")
	for _, line := range strings.Split(signed[end+2:], "\n") {
		by := "— " + name + " "
		blob, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, by))
		if !strings.HasPrefix(line, by) || err != nil || len(blob) != 4+8+64 || !bytes.Equal(blob[:4], sum[:4]) {
			continue
		}
		time := binary.BigEndian.Uint64(blob[4:12])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, signed[:end+1])
		if ed25519.Verify(key[1:], []byte(message), blob[12:]) {
			return nil
		}
		return errors.New("the cosignature is forged")
	}
	return errors.New("there is no cosignature")
}

// Every leaf is read through the tiles, which are authenticated against the head.
func readAll(c claim) error {
	tree := tlog.Tree{N: c.Newer.Size, Hash: c.Newer.Root}
	reader := tlog.TileHashReader(tree, tiles(c.Tiles))
	for n := int64(0); n < c.Newer.Size; n++ {
		index := tlog.StoredHashIndex(0, n)
		if _, err := reader.ReadHashes([]int64{index}); err != nil {
			return err
		}
	}
	return nil
}

type tiles map[string][]byte

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, ok := t[path]
		if !ok {
			return nil, fmt.Errorf("there is no %s", path)
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for decoder := json.NewDecoder(lines); decoder.More(); {
		var c claim
		if err := decoder.Decode(&c); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := verify(c); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("ok")
		}
	}
}
