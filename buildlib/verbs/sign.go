package verbs

import (
	"context"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
	"github.com/sendmail-aix/sendmail-aix/buildlib/signing"
)

// signVerbs are those about who made an image. They need no checkout.
var signVerbs = []Verb{
	{
		Name: "sign", Anywhere: true, Help: "signs an image with what lies beside it, or makes the copy that AIX verifies",
		More: "With -key, NAME.sums lists the image, its digest, record, CycloneDX, OpenVEX and provenance, as far as they are there, and\n" +
			"NAME.sums.sig is ssh-keygen's signature of that list. With -aix, the directory signed gets a copy with a Digital Signature Block\n" +
			"at its end, and the public key.",
		Args: []Arg{{Name: "image", Meaning: "file, such as sendmail.8.15.2.1.I"}},
		Flags: []Flag{
			{Name: "key", Meaning: "file of a private key of OpenSSH, or of the public one whose private one ssh-agent has", Kind: String},
			{Name: "aix", Meaning: "file of a private RSA key of 2048 bits, as openssl makes it", Kind: String},
			{Name: "public", Meaning: "with -aix: where AIX finds the public key, else " + signing.KeyOnAIX + "; or pem or der: in the image", Kind: String},
		},
		Run: sign,
	},
	{
		Name: "check:signature", Anywhere: true, Help: "checks that an image and what lies beside it are what a signer has signed",
		More: "The status is 1 when the signature is not by one of the signers, when a file is missing or is not the one that was signed, and when\n" +
			"one is there that was not signed.",
		Args: []Arg{
			{Name: "image", Meaning: "file, with NAME.sums and NAME.sums.sig beside it"},
			{Name: "signers", Meaning: "file of those whose signatures count, in the form of allowed_signers in ssh-keygen(1)"},
		},
		Flags: []Flag{{Name: "by", Meaning: "the one of them that counts", Kind: String}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			checked, err := signing.Check(ctx, c.Machine, c.Args[0], c.Args[1], c.Flags["by"])
			if checked == nil {
				return nil, err
			}
			return checked, err
		},
	},
}

func sign(ctx context.Context, c *Call) (report.Value, error) {
	key, forAIX := c.Flags["key"], c.Flags["aix"]
	switch {
	case (key == "") == (forAIX == ""), forAIX == "" && c.Flags["public"] != "":
		return nil, &fault.Error{Code: "usage", What: "sign takes -key or -aix, and -public with -aix alone", Do: "give the key to sign with: -key=FILE for ssh-keygen -Y, -aix=FILE for AIX"}
	case forAIX != "":
		s, err := signing.SignForAIX(ctx, c.Args[0], forAIX, c.Flags["public"])
		if s == nil {
			return nil, err
		}
		return s, err
	}
	s, err := signing.Sign(ctx, c.Machine, c.Args[0], key)
	if s == nil {
		return nil, err
	}
	return s, err
}
