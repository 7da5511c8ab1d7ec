using Signalbox.Routing.Profiles;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Profiles;

public sealed class LanguageDetectorTests
{
    private static readonly (string Language, string Text)[] Sentences =
    [
        .. Repository.Read("tests/Signalbox.Tests/Routing/Profiles/language-sentences.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('\t')).Select(static row => (row[0], row[1])),
    ];

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("es")]
    public void Sentences_of_the_main_languages_are_recognised(string language)
    {
        var wrong = Sentences.Where(s => s.Language == language && LanguageDetector.Detect(s.Text) != language).ToArray();
        Assert.True(wrong.Length == 0, string.Join("\n", wrong.Select(static s => $"{LanguageDetector.Detect(s.Text)}: {s.Text}")));
    }

    [Fact]
    public void All_sixteen_languages_are_recognised()
    {
        Assert.Equal(16, Sentences.Select(static s => s.Language).Distinct().Count());
        var wrong = Sentences.Where(static s => LanguageDetector.Detect(s.Text) != s.Language).ToArray();
        Assert.True(wrong.Length <= 1, string.Join("\n", wrong.Select(static s => $"{s.Language} -> {LanguageDetector.Detect(s.Text)}: {s.Text}")));
    }

    [Theory]
    [InlineData("Wie geht's dir?", "de")]
    [InlineData("Schreibe ein Gedicht", "de")]
    [InlineData("Écris un poème", "fr")]
    [InlineData("Escribe un poema", "es")]
    [InlineData("Scrivi una poesia", "it")]
    [InlineData("Schrijf een gedicht", "nl")]
    [InlineData("Bir şiir yaz", "tr")]
    [InlineData("good morning", "en")]
    [InlineData("Привет, как дела?", "ru")]
    [InlineData("Привіт, як справи?", "uk")]
    [InlineData("你好", "zh")]
    [InlineData("こんにちは", "ja")]
    [InlineData("안녕", "ko")]
    public void A_few_words_are_often_enough(string text, string language) => Assert.Equal(language, LanguageDetector.Detect(text));

    [Theory]
    [InlineData("")]
    [InlineData("12 + 30 = ?")]
    [InlineData("x = y + 3;")]
    [InlineData("asdf qwer zxcv")]
    [InlineData("aGVsbG8gd29ybGQ=")]
    [InlineData("ok")]
    [InlineData("\ud800\udc00 ☂ ☃")]
    public void What_is_no_language_is_not_guessed(string text) => Assert.Null(LanguageDetector.Detect(text));

    [Fact]
    public void The_question_names_the_language_though_it_quotes_another() =>
        Assert.Equal("en", LanguageDetector.Detect("Please tell me what the following sentence means and where it is used: お疲れ様"));
}
