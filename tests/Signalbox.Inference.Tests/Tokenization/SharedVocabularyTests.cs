using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class SharedVocabularyTests
{
    [Theory]
    [InlineData("gpt-2")]
    [InlineData("llama-spm")]
    [InlineData("phi-3")]
    public void Every_case_has_the_tokens_that_the_peer_gives_it(string name)
    {
        var (tokenizer, texts, expected) = Load(name);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(expected[i], tokenizer.Tokens(texts[i]));
        }
    }

    [Theory]
    [InlineData("gpt-2")]
    [InlineData("llama-spm")]
    [InlineData("phi-3")]
    public void Every_case_comes_back_as_it_went_in(string name)
    {
        var (tokenizer, texts, _) = Load(name);
        foreach (var text in texts)
        {
            Assert.Equal(text, tokenizer.Text(tokenizer.Tokens(text)));
            Assert.Equal(text, tokenizer.Text(tokenizer.Tokens(text, parseSpecial: false, addSpecial: true)));
        }
    }

    [Theory]
    [InlineData("gpt-2", "<|endoftext|>")]
    [InlineData("llama-spm", "</s>")]
    [InlineData("phi-3", "</s>,<|endoftext|>,<|end|>")]
    public void The_tokens_that_end_an_answer_are_known(string name, string ends)
    {
        var (tokenizer, _, _) = Load(name);
        var found = Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.EndsGeneration).Select(tokenizer.NameOf);
        Assert.Equal(ends, string.Join(',', found));
    }

    private static (Tokenizer Tokenizer, string[] Texts, int[][] Expected) Load(string name)
    {
        var path = SharedData.Engine($"tokenizers/ggml-vocab-{name}.gguf");
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        using (file)
        {
            Assert.True(Tokenizer.TryCreate(file.Metadata, out var tokenizer, out fault), fault?.Message);
            var texts = File.ReadAllText(path + ".inp").Split("\n__ggml_vocab_test__\n")[..^1];
            var expected = File.ReadAllLines(path + ".out").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray());
            Assert.Equal(46, texts.Length);
            return (tokenizer, texts, [.. expected]);
        }
    }
}
