using System.Text;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Tests.Training;

public sealed class BpeTrainerTests
{
    private const string Text = "the bank opens the account, the card is sent by the bank; a card costs 5 euros and the other card too. Über café, it's 2026!";

    [Fact]
    public void The_most_frequent_pair_merges_first()
    {
        var counts = new WordCounts();
        counts.Add("abab abab abab xyxyz", 1);
        var vocabulary = BpeTrainer.Train(counts, 258, 2, [], CancellationToken.None);
        Assert.Equal(["ab", "abab"], vocabulary.Tokens.Skip(256).Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void Pairs_that_are_too_rare_do_not_merge()
    {
        var counts = new WordCounts();
        counts.Add("abab");
        Assert.Equal(257, BpeTrainer.Train(counts, 1000, 2, [], CancellationToken.None).Tokens.Count);
        Assert.Equal(256, BpeTrainer.Train(counts, 1000, 3, [], CancellationToken.None).Tokens.Count);
    }

    [Fact]
    public void Counts_stay_right_through_all_merges()
    {
        // The reference counts every pair anew before each merge.
        var corpus = SmallCorpora.Random(4, 10, seed: 3);
        var texts = corpus.Examples.Select(example => PromptLayout.Question(example.Turns[0].Texts[0])).ToList();
        var counts = new WordCounts();
        texts.ForEach(text => counts.Add(text));
        var vocabulary = BpeTrainer.Train(counts, 330, 2, [], CancellationToken.None);
        var words = counts.Words.Select(word => (Symbols: word.Select(value => (int)value).ToList(), Count: counts[word])).ToList();
        foreach (var (merge, i) in vocabulary.Merges.Select((merge, i) => (merge, i)))
        {
            var pairs = words.SelectMany(word => Enumerable.Range(1, word.Symbols.Count - 1).Select(at => (Pair: (Left: word.Symbols[at - 1], Right: word.Symbols[at]), word.Count)))
                .GroupBy(each => each.Pair, each => each.Count).Select(group => (Pair: group.Key, Count: group.Sum()));
            Assert.Equal(pairs.OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Pair.Left).ThenBy(pair => pair.Pair.Right).First().Pair, merge);
            foreach (var (symbols, _) in words)
            {
                for (var at = 1; at < symbols.Count; at++)
                {
                    if ((symbols[at - 1], symbols[at]) == merge)
                    {
                        symbols[at - 1] = 256 + i;
                        symbols.RemoveAt(at);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_tokenizer_of_the_written_file_gives_the_tokens_of_the_trainer()
    {
        using var folder = new SmallCorpora();
        var counts = new WordCounts();
        counts.Add(Text, 10);
        var vocabulary = BpeTrainer.Train(counts, 340, 2, ["<|end|>", "<|user|>"], CancellationToken.None);
        var tokenizer = FromFile(folder, vocabulary);
        var encoder = new DropoutEncoder(vocabulary);
        var random = new Xoshiro256(1);
        var choice = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var text = RandomText(choice);
            List<int> expected = [], actual = [];
            encoder.Encode(text, 0, ref random, actual);
            tokenizer.Encode(text, expected, parseSpecial: false, addSpecial: true);
            Assert.Equal(expected, actual);
            Assert.Equal(text, Encoding.UTF8.GetString([.. actual.SelectMany(token => tokenizer.BytesOf(token).ToArray())]));
        }

        Assert.True(tokenizer.EndsGeneration(tokenizer.Find("<|end|>")!.Value));
        Assert.True(tokenizer.IsControl(tokenizer.Find("<|user|>")!.Value));
    }

    [Fact]
    public void Every_byte_has_a_token()
    {
        var tokenizer = BpeTrainer.Train(new WordCounts(), 256, 1, ["<|end|>"], CancellationToken.None).CreateTokenizer(256);
        for (var value = 0; value < 256; value++)
        {
            Assert.Equal([(byte)value], tokenizer.BytesOf(value).ToArray());
        }
    }

    [Fact]
    public void Left_out_merges_change_the_tokens_and_never_the_text()
    {
        var counts = new WordCounts();
        counts.Add(Text, 10);
        var vocabulary = BpeTrainer.Train(counts, 340, 2, ["<|end|>"], CancellationToken.None);
        var tokenizer = vocabulary.CreateTokenizer(vocabulary.ControlStart);
        var encoder = new DropoutEncoder(vocabulary);
        var random = new Xoshiro256(1);
        var seen = new HashSet<int>();
        for (var round = 0; round < 30; round++)
        {
            var tokens = new List<int>();
            encoder.Encode(Text, 0.2, ref random, tokens);
            seen.Add(tokens.Count);
            Assert.Equal(Text, Encoding.UTF8.GetString([.. tokens.SelectMany(token => tokenizer.BytesOf(token).ToArray())]));
        }

        Assert.True(seen.Count > 5, $"{seen.Count} lengths");
        var bytes = new List<int>();
        encoder.Encode(Text, 1, ref random, bytes);
        Assert.Equal(Encoding.UTF8.GetByteCount(Text), bytes.Count);
    }

    private static Tokenizer FromFile(SmallCorpora folder, TrainedVocabulary vocabulary)
    {
        var path = Path.Combine(folder.Folder, "tokenizer.gguf");
        var writer = new GgufWriter().Set("general.architecture", "llama");
        vocabulary.WriteTo(writer, vocabulary.ControlStart, PromptLayout.ChatTemplate).WriteTo(path);
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        using (file)
        {
            Assert.True(Tokenizer.TryCreate(file.Metadata, out var tokenizer, out fault), fault?.Message);
            return tokenizer;
        }
    }

    private static string RandomText(Random random)
    {
        string[] pieces = ["the", " bank", "card", " ", "  ", "\n", "é", "Ü", "'s", "12", "!", "\U0001F600", "x", "account ", "漢", "\t", "\u2019"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
