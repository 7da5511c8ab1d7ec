using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>One token per character: 1 is <c>0</c>, 2 is <c>1</c>, and so on; 0 ends a text.</summary>
internal sealed class FakeTokenizer(int vocabularySize = 50) : Tokenizer
{
    public override int VocabularySize => vocabularySize;

    public override int? BeginOfText => null;

    public override bool AddsBeginOfText => false;

    public override int? EndOfText => FakeRunner.End;

    public override bool EndsGeneration(int token) => token == FakeRunner.End;

    public override bool IsControl(int token) => token == FakeRunner.End;

    public override void Encode(ReadOnlySpan<char> text, List<int> tokens, bool parseSpecial, bool addSpecial)
    {
        foreach (var character in text)
        {
            tokens.Add(character - '0' + 1);
        }
    }

    public override ReadOnlySpan<byte> BytesOf(int token) => token == FakeRunner.End ? [] : new byte[] { (byte)('0' + token - 1) };

    public override string? NameOf(int token) => token == FakeRunner.End ? "</s>" : ((char)('0' + token - 1)).ToString();

    public override int? Find(string name) => name == "</s>" ? FakeRunner.End : name.Length == 1 ? name[0] - '0' + 1 : null;
}
