// Hello is a program for AIX that Go's own linker makes.
package main

func main() { println("hello") }
