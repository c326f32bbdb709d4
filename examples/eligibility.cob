      * Eligibility by typed numbers, from COBOL. In the shell of
      * sh scripts/sandbox.sh:
      *   cobc -x -fstatic-call eligibility.cob \
      *       $(pkg-config --libs libonshikaku)
       IDENTIFICATION DIVISION.
       PROGRAM-ID. ELIGIBILITY.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  CONF            USAGE POINTER VALUE NULL.
       01  ROOT            USAGE POINTER VALUE NULL.
       01  VISIT           USAGE POINTER VALUE NULL.
       01  ANSWER          USAGE POINTER VALUE NULL.
       01  NOBODY          USAGE POINTER VALUE NULL.
       01  CONF-NAME       PIC X(256).
       01  CONF-PATH       PIC X(257).
       01  R               USAGE BINARY-LONG.
       01  OUTCOME         USAGE BINARY-LONG.
       01  ABI             USAGE BINARY-LONG UNSIGNED VALUE 1.
      * Numbers of results and elements: onshi_results(3),
      * onshi_elements(3).
       78  PURPOSE-CARE              VALUE 2.
       78  METHOD-NUMBER             VALUE 4.
       78  CATEGORY-ELIGIBILITY      VALUE 0.
       78  EL-INSURER-NUMBER         VALUE 161.
       78  EL-INSURED-CARD-SYMBOL    VALUE 162.
       78  EL-INSURED-NUMBER         VALUE 163.
       78  EL-INSURED-BRANCH-NUMBER  VALUE 164.
       78  EL-BIRTHDATE              VALUE 165.
       PROCEDURE DIVISION.
       MAIN.
           ACCEPT CONF-NAME FROM ENVIRONMENT "ONSHIKAKU_CONF".
           STRING FUNCTION TRIM(CONF-NAME) X"00" DELIMITED BY SIZE
               INTO CONF-PATH.
           CALL "onshi_config_new" USING BY REFERENCE CONF
               RETURNING R.
           IF R = 0 CALL "onshi_config_load" USING BY VALUE CONF
               BY REFERENCE CONF-PATH RETURNING R.
           IF R = 0 CALL "onshi_new" USING BY VALUE ABI
               BY VALUE CONF BY REFERENCE ROOT RETURNING R.
           IF R = 0 CALL "onshi_visit_new" USING BY VALUE ROOT
               BY VALUE PURPOSE-CARE BY REFERENCE VISIT RETURNING R.
           IF R = 0 CALL "onshi_visit_set_method" USING BY VALUE VISIT
               BY VALUE METHOD-NUMBER RETURNING R.
           IF R = 0 CALL "onshi_visit_set_text" USING BY VALUE VISIT
               BY VALUE EL-INSURER-NUMBER
               BY REFERENCE Z"991018" RETURNING R.
           IF R = 0 CALL "onshi_visit_set_text" USING BY VALUE VISIT
               BY VALUE EL-INSURED-CARD-SYMBOL
               BY REFERENCE Z"77" RETURNING R.
           IF R = 0 CALL "onshi_visit_set_text" USING BY VALUE VISIT
               BY VALUE EL-INSURED-NUMBER
               BY REFERENCE Z"1001" RETURNING R.
           IF R = 0 CALL "onshi_visit_set_text" USING BY VALUE VISIT
               BY VALUE EL-INSURED-BRANCH-NUMBER
               BY REFERENCE Z"01" RETURNING R.
           IF R = 0 CALL "onshi_visit_set_text" USING BY VALUE VISIT
               BY VALUE EL-BIRTHDATE
               BY REFERENCE Z"19800512" RETURNING R.
           IF R = 0 CALL "onshi_visit_advance" USING BY VALUE VISIT
               RETURNING R.
           IF R = 0 CALL "onshi_visit_get" USING BY VALUE VISIT
               BY VALUE CATEGORY-ELIGIBILITY BY VALUE NOBODY
               BY REFERENCE ANSWER RETURNING R.
           IF R = 0
               CALL "onshi_answer_outcome" USING BY VALUE ANSWER
                   RETURNING OUTCOME
               DISPLAY "outcome " OUTCOME
           ELSE
               DISPLAY "result " R
           END-IF.
           CALL "onshi_answer_free" USING BY REFERENCE ANSWER.
           CALL "onshi_visit_free" USING BY REFERENCE VISIT.
           CALL "onshi_free" USING BY REFERENCE ROOT.
           CALL "onshi_config_free" USING BY REFERENCE CONF.
           CALL "onshi_result_class" USING BY VALUE R
               RETURNING RETURN-CODE.
           STOP RUN.
