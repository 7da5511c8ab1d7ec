namespace Signalbox.Tests.Configuration;

public class SensitivityConfigTests
{
    [Theory]
    [InlineData("""{ "labels": { "emial": "internal" } }""", "$.sensitivity.labels.emial", "did you mean 'email'")]
    [InlineData("""{ "labels": { "email": "secret" } }""", "$.sensitivity.labels.email", "unknown word 'secret'")]
    [InlineData("""{ "patterns": { "p": { "pattern": "(" } } }""", "$.sensitivity.patterns.p.pattern", "is not a regular expression")]
    [InlineData("""{ "patterns": { "p": { "pattern": "(?<=a)b" } } }""", "$.sensitivity.patterns.p.pattern", "leave out lookaround")]
    [InlineData("""{ "patterns": { "p": { "pattern": "a*" } } }""", "$.sensitivity.patterns.p.pattern", "matches the empty text")]
    [InlineData("""{ "patterns": { "p": {} } }""", "$.sensitivity.patterns.p.pattern", "is missing")]
    [InlineData("""{ "patterns": { "a b": { "pattern": "x" } } }""", "$.sensitivity.patterns['a b']", "a name must be made of")]
    [InlineData("""{ "words": { "w": { "words": [] } } }""", "$.sensitivity.words.w.words", "is empty")]
    [InlineData("""{ "words": { "w": { "words": [""] } } }""", "$.sensitivity.words.w.words[0]", "found an empty string")]
    [InlineData("""{ "masking": { "kinds": ["mail"] } }""", "$.sensitivity.masking.kinds[0]", "unknown word 'mail'")]
    [InlineData("""{ "injection": { "action": "deny" } }""", "$.sensitivity.injection.action", "unknown word 'deny'")]
    [InlineData("""{ "injection": { "threshold": 2 } }""", "$.sensitivity.injection.threshold", "from 0 to 1")]
    [InlineData("""{ "injection": { "maxTokens": 0 } }""", "$.sensitivity.injection.maxTokens", "1")]
    public void A_wrong_setting_is_an_error_that_says_where_and_what(string section, string path, string part)
    {
        var problem = Given.OneError($$"""{ "providers": { "ollama": {} }, "sensitivity": {{section}} }""");

        Assert.Equal(path, problem.Path);
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
    }
}
