using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>A tokenizer of which templates ask nothing but names: 0 begins a text, 1 ends it.</summary>
internal sealed class NamedTokens(bool addsBegin = true, params string[] others) : Tokenizer
{
    private readonly string[] _names = ["<s>", "</s>", .. others];

    public override int VocabularySize => _names.Length;

    public override int? BeginOfText => 0;

    public override bool AddsBeginOfText => addsBegin;

    public override int? EndOfText => 1;

    public override bool EndsGeneration(int token) => token == 1;

    public override bool IsControl(int token) => true;

    public override void Encode(ReadOnlySpan<char> text, List<int> tokens, bool parseSpecial, bool addSpecial) => throw new NotSupportedException();

    public override ReadOnlySpan<byte> BytesOf(int token) => [];

    public override string? NameOf(int token) => token >= 0 && token < _names.Length ? _names[token] : null;

    public override int? Find(string name) => Array.IndexOf(_names, name) is >= 0 and var token ? token : null;
}
