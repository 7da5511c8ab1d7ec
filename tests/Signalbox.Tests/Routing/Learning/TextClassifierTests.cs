using Signalbox.Routing.Learning;

namespace Signalbox.Tests.Routing.Learning;

public class TextClassifierTests
{
    [Fact]
    public void What_was_trained_is_recognised_in_texts_of_other_words()
    {
        var classifier = Trained();
        Assert.Equal("code", classifier.Classify("def total(items):\n    return sum(items)\n").Label);
        Assert.Equal("translate", classifier.Classify("Translate into Danish: the signal is green").Label);
        Assert.InRange(classifier.Classify("Translate into Danish: the signal is green").Probability, 0.5f, 1f);
    }

    [Fact]
    public void Saved_weights_say_the_same_as_trained_ones()
    {
        var classifier = Trained();
        using var file = new MemoryStream();
        classifier.Save(file);
        file.Position = 0;
        var loaded = TextClassifier.Load(file);
        Assert.Equal(classifier.Labels, loaded.Labels);
        foreach (var sample in Samples())
        {
            Assert.Equal(classifier.Classify(sample.Text), loaded.Classify(sample.Text));
        }
    }

    [Fact]
    public void The_same_samples_give_the_same_file() => Assert.Equal(Saved(Trained()), Saved(Trained()));

    [Fact]
    public void Weights_that_are_cut_or_changed_anywhere_are_refused_with_a_message()
    {
        var good = Saved(Trained());
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bad = good.ToArray();
            if (i % 2 == 0)
            {
                bad = bad[..random.Next(bad.Length)];
            }
            else
            {
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            }

            Assert.Null(TextClassifier.TryLoad(new MemoryStream(bad), out var problem));
            Assert.False(string.IsNullOrEmpty(problem));
        }
    }

    [Fact]
    public void Weights_of_something_else_are_named_so()
    {
        Assert.Null(TextClassifier.TryLoad(new MemoryStream("{\"weights\": \"of another program\"}"u8.ToArray()), out var problem));
        Assert.Contains("not a file of Signalbox weights", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_has_an_answer_and_a_chance()
    {
        var classifier = Trained();
        foreach (var text in new[] { "", " ", "\0\0", "\ud800", "日本語の文章", new string('x', 200_000), new string('\n', 50_000) })
        {
            Assert.InRange(classifier.Classify(text).Probability, 0.3f, 1f);
        }
    }

    private static byte[] Saved(TextClassifier classifier)
    {
        using var file = new MemoryStream();
        classifier.Save(file);
        return file.ToArray();
    }

    private static TextClassifier Trained() => TextClassifier.Train(Samples(), new TrainingOptions());

    private static List<TextSample> Samples()
    {
        string[] things = ["train", "signal", "platform", "ticket", "driver", "track", "station", "whistle"];
        string[] languages = ["Danish", "French", "Greek", "Finnish"];
        var samples = new List<TextSample>();
        foreach (var thing in things)
        {
            samples.Add(new TextSample($"def {thing}(x):\n    if x > 0:\n        return x\n    raise ValueError('{thing}')", "code"));
            samples.Add(new TextSample($"Write a poem about a lonely {thing} in autumn, with rhymes and a sad ending.", "poem"));
            samples.AddRange(languages.Select(language => new TextSample($"Translate into {language}: the {thing} is late again", "translate")));
        }

        return samples;
    }
}
