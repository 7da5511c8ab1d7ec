using System.Buffers;
using System.Text;

namespace Signalbox.Inference.Tokenization;

/// <summary>What the tokenizers share: special tokens are cut out first, then the text between them is encoded in the way of each.</summary>
internal abstract class VocabularyTokenizer(Vocabulary vocabulary, TokenPieces pieces) : Tokenizer
{
    private readonly SpecialTokenFinder _finder = new(vocabulary);

    public override int VocabularySize => vocabulary.Count;

    public override int? BeginOfText => vocabulary.Special("bos");

    public override int? EndOfText => vocabulary.Special("eos");

    protected Vocabulary Vocabulary => vocabulary;

    /// <summary>Ends every text that is encoded with special tokens; null where the model wants none.</summary>
    protected abstract int? Closing { get; }

    public override bool EndsGeneration(int token) => vocabulary.EndsGeneration(token);

    public override bool IsControl(int token) => (uint)token < (uint)vocabulary.Count && vocabulary.Is(token, TokenAttributes.Control);

    public override ReadOnlySpan<byte> BytesOf(int token) => pieces[token];

    public override string? NameOf(int token) => (uint)token < (uint)vocabulary.Count ? Encoding.UTF8.GetString(vocabulary.Texts[token]) : null;

    public override int? Find(string name)
    {
        var id = vocabulary.Find(Encoding.UTF8.GetBytes(name));
        return id < 0 ? null : id;
    }

    public override void Encode(ReadOnlySpan<char> text, List<int> tokens, bool parseSpecial, bool addSpecial)
    {
        if (addSpecial && AddsBeginOfText && BeginOfText is { } begin)
        {
            tokens.Add(begin);
        }

        // Lone surrogates become U+FFFD here.
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        try
        {
            var bytes = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
            var afterSpecial = true;
            foreach (var fragment in _finder.Cut(bytes, parseSpecial))
            {
                if (fragment.Token >= 0)
                {
                    tokens.Add(fragment.Token);
                }
                else
                {
                    EncodeText(bytes.Slice(fragment.Start, fragment.Length), afterSpecial, tokens);
                }

                afterSpecial = fragment.Token >= 0;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }

        if (addSpecial && Closing is { } closing)
        {
            tokens.Add(closing);
        }
    }

    /// <summary>Appends the tokens of text that holds no special token.</summary>
    /// <param name="text">UTF-8, not empty.</param>
    /// <param name="afterSpecial">Whether it follows a special token or begins the text.</param>
    /// <param name="tokens">Where they go.</param>
    protected abstract void EncodeText(ReadOnlySpan<byte> text, bool afterSpecial, List<int> tokens);
}
